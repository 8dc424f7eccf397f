/** The whole way without a mouse, by Tab, Enter, Space and arrows alone. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newEmail, openBrowser, PASSWORD, visitor } from './visitor';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null;
    const label = element?.getAttribute('aria-label') ?? (element as HTMLInputElement | null)?.labels?.[0]?.innerText;
    return `${element?.tagName.toLowerCase()}: ${label ?? element?.textContent ?? ''}`.replaceAll('\n', ' ');
  });

/** Tab until the focus is there; and it must be seen on the way. */
async function tabTo(page: Page, wanted: RegExp): Promise<void> {
  const seen: string[] = [];
  for (let steps = 0; steps < 60; steps++) {
    await page.keyboard.press('Tab');
    const where = await focused(page);
    if (!where.startsWith('body') && wanted.test(where)) {
      const outline = await page.evaluate(() => {
        const element = document.activeElement;
        const own = element && getComputedStyle(element).outlineStyle !== 'none';
        const around = element?.closest('label, .MuiFormControl-root');
        return (
          own || (around && (getComputedStyle(around).outlineStyle !== 'none' || around.querySelector('.Mui-focused')))
        );
      });
      expect(outline, `the focus on ${where} is seen`).toBeTruthy();
      return;
    }
    seen.push(where);
  }
  throw new Error(`no way to ${String(wanted)}; passed ${seen.join(' | ')}`);
}

test('somebody without a mouse buys something', async () => {
  const { context, page } = await visitor(browser);
  const press = (key: string) => page.keyboard.press(key);
  await page.goto('/');
  await page.locator('main li h2').first().waitFor();
  await press('Tab');
  expect(await focused(page)).toBe('a: Skip to the goods');
  await press('Enter');
  await tabTo(page, /^a: Garden$/);
  await press('Enter');
  await page.getByRole('heading', { name: 'Garden', exact: true }).waitFor();
  await page.locator('main [inert]').waitFor({ state: 'detached' });
  await tabTo(page, /^button: Add/);
  await press('Enter');
  // The button is gone, and the focus is on what took its place.
  await expect.poll(() => focused(page)).toMatch(/^button: One .* more$/);
  await press('Enter');
  await page.getByRole('link', { name: 'Basket 2 pieces' }).waitFor();
  await page
    .getByRole('status')
    .getByText(/^2 of .* in your basket$/)
    .waitFor({ state: 'attached' });
  for (let steps = 0; steps < 60 && !/Basket/.test(await focused(page)); steps++) await press('Shift+Tab');
  await press('Enter');
  await page.waitForURL('**/basket');
  await expect.poll(() => focused(page)).toBe('h1: Basket');
  await tabTo(page, /Go to checkout/);
  await press('Enter');
  await page.waitForURL('**/login?*');
  await tabTo(page, /Open an account/);
  await press('Enter');
  await page.waitForURL('**/register?*');
  await tabTo(page, /Your name/);
  await page.keyboard.type('Ada');
  await press('Enter');
  await expect.poll(() => focused(page)).toMatch(/E-mail/); // the first field that is wrong
  await page.keyboard.type(newEmail());
  await press('Tab');
  await page.keyboard.type(PASSWORD);
  await press('Enter');
  await page.waitForURL('**/checkout');
  await page.getByRole('button', { name: /^Pay £/ }).waitFor(); // until the prices have come it does not say how much
  await tabTo(page, /A card that pays/);
  await press('ArrowDown');
  await press('ArrowUp');
  await tabTo(page, /Pay £/);
  await press('Enter');
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  await expect.poll(() => focused(page)).toBe('h1: Thank you');
  await page.getByRole('button', { name: 'Cancel this order' }).waitFor();
  await tabTo(page, /^button: Cancel this order/);
  await press('Enter');
  await expect.poll(() => focused(page)).toBe('button: Keep it');
  await press('Escape');
  await expect.poll(() => focused(page)).toBe('button: Cancel this order');
  await context.close();
});
