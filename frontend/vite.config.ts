import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { firstPage, firstScripts } from './first-page.ts';
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

export default defineConfig({
  plugins: [react(), firstPage(CDN_URL)],
  base: `${CDN_URL}/`,
  define: { 'import.meta.env.CDN_URL': JSON.stringify(CDN_URL), 'import.meta.env.API_URL': JSON.stringify(API_URL) },
  publicDir: 'public',
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    manifest: true, // scripts/check-size.mjs reads from it what the first page loads
    assetsInlineLimit: 0, // a data: address would need a hole in the Content-Security-Policy
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: firstScripts(), debugName: 'first page' }] } } },
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
