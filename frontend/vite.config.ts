import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import headers from './security-headers.json' with { type: 'json' };

// Where a build for two or three origins has its files, and the API; see src/shared/lib/addresses.ts.
const CDN_URL = origin('CDN_URL');
const API_URL = origin('API_URL');

function origin(name: string): string {
  const value = process.env[name] ?? '';
  if (value !== '' && (!URL.canParse(value) || new URL(value).origin !== value))
    throw new Error(`${name} is ${value}, must be an origin, as https://cdn.example`);
  return value;
}

// Where the shop's front door is, while the storefront is served from here. In use, both have one origin.
const shop = process.env.ZEROCART_URL ?? `http://localhost:${process.env.ZEROCART_PORT ?? '8080'}`;
const door = { target: shop, changeOrigin: false };
const proxy = { '/api': door, '/images': door, '/.well-known': door };

type Graph = { getModuleInfo(id: string): { importedIds: readonly string[] } | null };
const initial = new Set<string>();
/** MUI's own modules import these, and of what they take the first page uses nothing. */
const UNUSED_AT_FIRST = /@mui\/material\/(Input|Form|Textarea|Filled|Outlined)/;

/**
 * All that the first page needs is one script. Left alone, the bundler makes a script of whatever several pages share:
 * nine instead of one, and they compress worse apart than together.
 */
function ofFirstPage(id: string, graph: Graph): string | null {
  if (initial.size === 0) {
    const waiting = [fileURLToPath(new URL('./src/main.tsx', import.meta.url))];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (initial.has(next)) continue;
      initial.add(next);
      waiting.push(...(graph.getModuleInfo(next)?.importedIds ?? []));
    }
  }
  return initial.has(id) && !UNUSED_AT_FIRST.test(id) ? 'first' : null;
}

/** The two fonts of the first text are asked for with the page, and not when the first text is already laid out. */
const earlyFonts: Plugin = {
  name: 'early-fonts',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => /-latin-(wght|400)-normal-.*\.woff2$/.test(file))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `${CDN_URL}/${file}` },
          injectTo: 'head-prepend',
        })),
  },
};

export default defineConfig({
  plugins: [react(), earlyFonts],
  base: `${CDN_URL}/`,
  define: { 'import.meta.env.CDN_URL': JSON.stringify(CDN_URL), 'import.meta.env.API_URL': JSON.stringify(API_URL) },
  publicDir: 'public',
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    manifest: true, // scripts/check-size.mjs reads from it what the first page loads
    assetsInlineLimit: 0, // a data: address would need a hole in the Content-Security-Policy
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: ofFirstPage }] } } },
  },
  server: { host: '127.0.0.1', proxy },
  preview: { host: '127.0.0.1', proxy, headers },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/testing/setup.ts'],
    restoreMocks: true,
  },
});
