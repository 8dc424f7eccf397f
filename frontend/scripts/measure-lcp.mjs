// How soon somebody with a slow processor sees the catalogue: `npm run lcp [RUNS]`, before a built storefront at
// STOREFRONT_URL or one that this serves. The CPU is slowed four times, the browser knows nothing of the shop yet. Prints
// figures, as JSON with --json, and judges nothing: tests/bench/first_page.py does, and knows whether functions are at zero.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const SLOWED = 4;
const words = process.argv.slice(2);
const json = words.includes('--json');
const runs = Number(words.find((word) => word !== '--json') ?? 5);
const root = fileURLToPath(new URL('..', import.meta.url));
const server = process.env.STOREFRONT_URL ? null : await preview({ root, logLevel: 'error', preview: { port: 0 } });
const origin = process.env.STOREFRONT_URL ?? `http://localhost:${server.httpServer.address().port}`;
const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
});
// The first page of a browser pays for what all later ones share: its processes and its caches of code.
await (await browser.newPage()).goto(`${origin}/favicon.svg`);

const measured = [];
for (let run = 0; run < runs; run++) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: SLOWED });
  await page.addInitScript(watchPage);
  await page.goto(origin);
  await page.waitForFunction(() => window.goodsSeenMs !== undefined);
  await page.waitForLoadState('networkidle');
  measured.push(await page.evaluate(timesOfPage));
  await context.close();
}
await browser.close();
await server?.close();

const medians = Object.fromEntries(
  Object.keys(measured[0])
    .filter((name) => name.endsWith('_ms'))
    .map((name) => [name, median(measured.map((each) => each[name]))]),
);
if (json) console.log(JSON.stringify({ runs: measured, medians }));
else {
  for (const each of measured) console.log(told(each));
  console.log(`median of ${runs}: ${told({ ...medians, element: '' })}`);
}

function told(each) {
  const times = Object.entries(each).filter(([name]) => name.endsWith('_ms'));
  return `${times.map(([name, ms]) => `${name.slice(0, -3)} ${ms.toFixed(0)} ms`).join(', ')} ${each.element}`.trim();
}

function median(values) {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

/** Runs in the page, before all else. */
function watchPage() {
  window.painted = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const name = entry.element?.id || entry.element?.tagName.toLowerCase() || 'removed';
      window.painted.push({ atMs: entry.startTime, element: name });
    }
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  new MutationObserver((_, observer) => {
    if (!document.querySelector('main li h2')) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => (window.goodsSeenMs = performance.now())));
  }).observe(document, { childList: true, subtree: true });
}

/** Runs in the page, at the end. */
function timesOfPage() {
  const resource = (wanted) => performance.getEntriesByType('resource').find((entry) => wanted.test(entry.name));
  const largest = window.painted.at(-1);
  return {
    first_paint_ms: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    lcp_ms: largest.atMs,
    goods_asked_ms: resource(/\/api\/products\?/)?.startTime ?? 0,
    goods_answered_ms: resource(/\/api\/products\?/)?.responseEnd ?? 0,
    goods_seen_ms: window.goodsSeenMs,
    element: largest.element,
  };
}
