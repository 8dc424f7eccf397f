/** The first page, which the build has rendered: what is seen before the storefront's own script has come, and after. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser, visitor } from './visitor';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

/** Holds the large script back; gives what lets it go. */
async function withoutItsScript(page: Page): Promise<() => void> {
  let letGo = () => {};
  const promise = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(/\/assets\/first-[^.]*\.js$/, async (route) => {
    await promise;
    await route.continue();
  });
  return letGo;
}

test.each(['light', 'dark'] as const)('it is seen before the script has come, in %s as chosen', async (scheme) => {
  const { context, page, complaints } = await visitor(browser, { colorScheme: scheme === 'dark' ? 'light' : 'dark' });
  await page.addInitScript((chosen) => localStorage.setItem('mui-mode', chosen), scheme);
  const letGo = await withoutItsScript(page);
  await page.goto('/', { waitUntil: 'commit' });
  await page.getByText('Small things that make a home').waitFor();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const wanted = scheme === 'dark' ? 'rgb(17, 24, 21)' : 'rgb(242, 245, 240)';
  await expect.poll(background).toBe(wanted); // before its styles are there nothing is painted
  const place = () => page.getByText('Small things that make a home').boundingBox();
  const placed = await place();
  letGo();
  await page.locator('main li h2').first().waitFor();
  expect(await place()).toEqual(placed); // the goods come, and nothing that was there moves
  expect(await background()).toBe(wanted);
  expect(complaints).toEqual([]);
  await context.close();
});

test('what somebody types before the script has come is looked for when it has', async () => {
  const { context, page } = await visitor(browser);
  const letGo = await withoutItsScript(page);
  await page.goto('/', { waitUntil: 'commit' });
  await page.getByLabel('Search the shop').fill('lantern');
  letGo();
  await page.getByRole('heading', { name: '“lantern”', exact: true }).waitFor();
  expect(await page.getByLabel('Search the shop').inputValue()).toBe('lantern');
  await context.close();
});

test.each(['/', '/?category=Bags+%26+Purses'])(
  'the goods of %s are asked for once, ahead of the script',
  async (path) => {
    const { context, page } = await visitor(browser);
    const letGo = await withoutItsScript(page);
    const asked: string[] = [];
    page.on('request', (request) => request.url().includes('/api/products?') && asked.push(request.url()));
    await page.goto(path, { waitUntil: 'commit' });
    await expect.poll(() => asked.length).toBe(1);
    letGo();
    await page.locator('main li h2').first().waitFor();
    expect(asked).toHaveLength(1);
    await context.close();
  },
);

test('another page shows nothing of it', async () => {
  const { context, page } = await visitor(browser);
  const letGo = await withoutItsScript(page);
  await page.goto('/products/22423', { waitUntil: 'domcontentloaded' });
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.scheme)).toBe('light');
  expect(await page.locator('#root *').count()).toBe(0);
  letGo();
  await page.getByRole('heading', { name: 'Regency Cakestand 3 Tier' }).waitFor();
  await context.close();
});
