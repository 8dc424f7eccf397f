/** Serves what was built, with the headers it will have, before the shop at ZEROCART_URL (or ZEROCART_PORT). */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { preview } from 'vite';

declare module 'vitest' {
  export interface ProvidedContext {
    origin: string;
  }
}

export default async function serve(project: TestProject) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (process.env.STOREFRONT_URL) {
    project.provide('origin', process.env.STOREFRONT_URL);
    return undefined;
  }
  if (!existsSync(`${root}dist/index.html`)) throw new Error('nothing is built yet: npm run build');
  const server = await preview({ root, logLevel: 'error', preview: { port: 0 } });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('the preview has no port');
  project.provide('origin', `http://localhost:${address.port}`);
  return () => server.close();
}
