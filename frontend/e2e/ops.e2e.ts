/** Operations: who may see them, functions that wake and rest while one looks, and the deeds. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AXE } from './axe';
import { look } from './look';
import { letRunTheShop } from './shop';
import { openBrowser, register, visitor } from './visitor';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

test('functions are seen to live, and can be made to cope, by those who may', async () => {
  const { context, page, complaints } = await visitor(browser, { reducedMotion: 'reduce' });
  await page.addInitScript(AXE);
  const email = await register(page);
  await page.goto('/ops');
  await page.getByText('This is not open to you').waitFor();
  await page.goto('/account');
  await page.getByRole('link', { name: 'Your orders' }).waitFor();
  expect(await page.getByRole('link', { name: 'How the shop runs' }).count()).toBe(0);
  letRunTheShop(email);
  await page.reload();
  await page.getByRole('link', { name: 'How the shop runs' }).click();
  const tile = page.getByRole('listitem', { name: 'list-products', exact: true });
  await tile.waitFor();
  const burst = page.getByRole('region', { name: 'Send a burst' });
  await burst.getByLabel('Requests/s').selectOption('100');
  await burst.getByLabel('Seconds').selectOption('5');
  await burst.getByRole('button', { name: 'Send it' }).click();
  await page
    .getByText(/^100 requests a second for 5 s/)
    .first()
    .waitFor(); // it is written, and said
  await expect.poll(() => tile.getAttribute('data-rest')).toBe('false');
  await burst.getByRole('button', { name: 'Send it' }).waitFor(); // until then it says that one is under way
  await page.locator('.uplot').waitFor();
  expect(await look(page, 'ops')).toEqual([]);
  await page.getByLabel('Function', { exact: true }).selectOption('list-products');
  await page.getByRole('button', { name: 'Kill an instance' }).click();
  await page
    .getByText(/^Killed one of/)
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
