/** Every page in both colour schemes: nothing that axe finds, nothing wider than the window; and pictures, to be looked at. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AXE, violations } from './axe';
import { choose, openBrowser, register, visitor } from './visitor';

const PICTURES = fileURLToPath(new URL('screenshots/', import.meta.url));
const WIDTHS = [360, 768, 1440];

let browser: Browser;
beforeAll(async () => {
  mkdirSync(PICTURES, { recursive: true });
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.locator('.MuiSkeleton-root').first().waitFor({ state: 'detached' });
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => null))),
  );
}

async function look(page: Page, name: string, scheme: string): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 500 ? 740 : 900 });
    await settled(page);
    await page.screenshot({ path: `${PICTURES}${name}-${width}-${scheme}.png` });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (overflow > 0) found.push(`${name} at ${width}: ${overflow} px wider than the window`);
    if (width !== 768) found.push(...(await violations(page)).map((each) => `${name} at ${width}: ${each}`));
  }
  return found;
}

test.each(['light', 'dark'] as const)('every page is for everybody, in %s', { timeout: 240_000 }, async (scheme) => {
  const { context, page, complaints } = await visitor(browser, { colorScheme: scheme, reducedMotion: 'reduce' });
  // Past the page's own policy, which lets no such script in: evaluated, not inserted.
  await page.addInitScript(AXE);
  const found: string[] = [];
  const see = async (name: string, path: string) => {
    await page.goto(path);
    found.push(...(await look(page, name, scheme)));
  };
  await see('catalogue', '/');
  await see('shelf', '/?category=Garden');
  await see('nothing-found', '/?q=zzzzqqqq');
  await see('product', '/products/22423');
  await see('unknown-product', '/products/0');
  await see('basket-empty', '/basket');
  await see('login', '/login');
  await page.getByRole('button', { name: 'Log in' }).click();
  found.push(...(await look(page, 'login-wrong', scheme)));
  await see('about', '/about');
  await see('not-found', '/nowhere');
  await page.goto('/register');
  found.push(...(await look(page, 'register', scheme)));
  await register(page);
  await see('orders-empty', '/orders');
  await see('account', '/account');
  await choose(page, '22423');
  await choose(page, '85123A');
  await see('basket', '/basket');
  await see('checkout', '/checkout');
  await page.getByLabel('A card that is declined').check();
  await page.getByRole('button', { name: /^Pay £/ }).click();
  await page.getByRole('alert').waitFor();
  found.push(...(await look(page, 'checkout-declined', scheme)));
  await page.getByLabel('A card that pays').check();
  await page.getByRole('button', { name: /^Pay £/ }).click();
  await page.getByText('Paid', { exact: true }).waitFor();
  found.push(...(await look(page, 'order', scheme)));
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  found.push(...(await look(page, 'order-cancel', scheme)));
  await page.getByRole('button', { name: 'Keep it' }).click();
  await see('orders', '/orders');
  expect(found).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});
