// Largest Contentful Paint of the catalogue, with the CPU slowed four times: `npm run lcp [RUNS]`, before a built
// storefront at STOREFRONT_URL or one that this serves. Prints figures and judges nothing: a machine that does something
// else besides is slower.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const runs = Number(process.argv[2] ?? 5);
const root = fileURLToPath(new URL('..', import.meta.url));
const server = process.env.STOREFRONT_URL ? null : await preview({ root, logLevel: 'error', preview: { port: 0 } });
const origin = process.env.STOREFRONT_URL ?? `http://localhost:${server.httpServer.address().port}`;
const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
});

const measured = [];
for (let run = 0; run < runs; run++) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.addInitScript(() => {
    window.painted = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.painted.push([entry.startTime, entry.element?.tagName, entry.url]);
    }).observe({ type: 'largest-contentful-paint', buffered: true });
  });
  await page.goto(origin);
  await page.locator('main li h2').first().waitFor();
  await page.waitForLoadState('networkidle');
  const painted = await page.evaluate(() => window.painted.at(-1));
  const goodsMs = await page.evaluate(
    () => performance.getEntriesByName(document.querySelector('main li img').src)[0]?.startTime ?? 0,
  );
  measured.push(painted[0]);
  console.log(
    `LCP ${painted[0].toFixed(0)} ms (${painted[1]} ${new URL(painted[2] || origin).pathname}), first picture of a good asked for at ${goodsMs.toFixed(0)} ms`,
  );
  await context.close();
}
measured.sort((a, b) => a - b);
console.log(`median of ${runs}: ${measured[Math.floor(runs / 2)].toFixed(0)} ms`);
await browser.close();
await server?.close();
