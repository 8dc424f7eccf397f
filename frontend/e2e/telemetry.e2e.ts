/** What a browser tells of itself: its part of a trace, where somebody collects it, and what people did. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { choose, openBrowser, register, visitor } from './visitor';

const TRACES = '/api/telemetry/traces';
/** Whether the shop has a collector: tests/frontend/test_one_trace.py starts one, and looks at what has come. */
const collected = process.env.COLLECTED === '1';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

test.runIf(collected)('a click on Pay is a trace that the shop continues, and it is sent', async () => {
  const { context, page, complaints } = await visitor(browser);
  await register(page);
  await choose(page, '22423');
  await page.goto('/checkout');
  const asked = page.waitForRequest((request) => request.url().endsWith('/api/orders') && request.method() === 'POST');
  await page.getByRole('button', { name: /^Pay £/ }).click();
  const traceId = (await asked).headers().traceparent?.split('-')[1] ?? '';
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  const sent = await page.waitForRequest(
    (request) => request.url().endsWith(TRACES) && request.postData()?.includes(traceId) === true,
  );
  expect((await sent.response())?.status()).toBe(200);
  expect(sent.postData()).not.toMatch(/example.com|Ada|4242|eyJ/);
  expect(complaints).toEqual([]);
  await context.close();
});

test.runIf(!collected)('where nobody collects, the browser is told once and asks no more', async () => {
  const { context, page, complaints } = await visitor(browser);
  let sent = 0;
  page.on('request', (request) => (sent += request.url().endsWith(TRACES) ? 1 : 0));
  const told = page.waitForResponse((answer) => answer.url().endsWith(TRACES));
  await page.goto('/');
  await page.getByRole('link', { name: 'Garden' }).click();
  expect((await told).status()).toBe(204);
  const asked = page.waitForRequest((request) => request.url().includes('/api/products?limit=24&category=Storage'));
  await page.getByRole('link', { name: 'Storage', exact: true }).click();
  const next = await asked;
  expect(next.headers().traceparent).toMatch(/-00$/);
  // What people do is told after 5 s, and spans are gathered for 3: by then they would have been sent.
  const later = page.waitForRequest((request) => request.postData()?.includes('cart.changed') === true);
  await page
    .getByRole('button', { name: /^Add to basket/ })
    .first()
    .click();
  await later;
  expect(sent).toBe(1);
  expect(complaints).toEqual([]);
  await context.close();
});

test('what somebody does is told, and nobody is named', async () => {
  const { context, page } = await visitor(browser);
  await register(page);
  const asked = page.waitForRequest(
    (request) => request.url().endsWith('/api/events') && request.postData()?.includes('cart.changed') === true,
  );
  await choose(page, '22423');
  const told = await asked;
  expect((await told.response())?.status()).toBe(202);
  expect(told.postData()).toContain('zerocart.page.viewed.v1');
  expect(told.postData()).not.toMatch(/example.com|Ada|eyJ/);
  await context.close();
});
