/** Operations: who may see them, functions that wake and rest while one looks, and the deeds; pictures of it. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AXE, violations } from './axe';
import { letRunTheShop } from './shop';
import { openBrowser, register, visitor } from './visitor';

const PICTURES = fileURLToPath(new URL('screenshots/', import.meta.url));

let browser: Browser;
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  browser = await openBrowser();
});
afterAll(() => browser.close());

test.each(['light', 'dark'] as const)('functions are seen to live, in %s', { timeout: 120_000 }, async (scheme) => {
  const { context, page, complaints } = await visitor(browser, { colorScheme: scheme, reducedMotion: 'reduce' });
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
  await page.getByLabel('Requests/s').selectOption('100');
  await page.getByLabel('Seconds').selectOption('5');
  await page.getByRole('button', { name: 'Send it' }).click();
  await page
    .getByText(/^100 requests a second for 5 s/)
    .first()
    .waitFor();
  await expect.poll(() => tile.getAttribute('data-rest'), { timeout: 15_000 }).toBe('false');
  await page.getByLabel('Function', { exact: true }).selectOption('list-products');
  await page.getByRole('button', { name: 'Send it' }).waitFor();
  const found: string[] = [];
  for (const width of [360, 768, 1440]) {
    await page.setViewportSize({ width, height: width < 500 ? 740 : 900 });
    await page.locator('.uplot').waitFor();
    // A button that may be used again changes its colours bit by bit; between them is not what people read.
    await page.evaluate(() =>
      Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null))),
    );
    await page.evaluate(() => window.scrollTo(0, 0)); // the header stays where one looks
    await page.screenshot({ path: `${PICTURES}ops-${width}-${scheme}.png`, fullPage: true });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (overflow > 0) found.push(`${width}: ${overflow} px wider than the window`);
    found.push(...(await violations(page)).map((each) => `${width}: ${each}`));
  }
  expect(found).toEqual([]);
  await page.getByRole('button', { name: 'Kill an instance' }).click();
  await page
    .getByText(/^Killed one of/)
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});
