/** Buying something, from the first look to the cancelled order. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { letRunTheShop, runningCount } from './shop';
import { choose, openBrowser, orderIds, register, visitor } from './visitor';

/** tests/frontend/test_journey.py has its own way to have functions at zero, and Redis frozen. */
const fromOutside = process.env.QUICK === '1';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function buyAndCancel() {
  const { context, page, complaints } = await visitor(browser);
  await page.goto('/');
  await page.getByRole('link', { name: 'Garden' }).click();
  await page.getByRole('heading', { name: 'Garden', exact: true }).waitFor();
  await page.getByLabel('Search the shop').fill('lantern');
  await page.getByRole('heading', { name: '“lantern” in Garden' }).waitFor();
  await page.getByRole('navigation', { name: 'Shelves' }).getByRole('link', { name: 'All shelves' }).click();
  await page.getByRole('heading', { name: '“lantern”', exact: true }).waitFor();
  await page.locator('main [aria-busy=false]').waitFor(); // until then it is what was there before
  await page.locator('main li h2').first().click();
  await page.waitForURL(/\/products\//);
  await page
    .locator('article')
    .getByRole('button', { name: /^Add to basket/ })
    .click();
  await page.getByRole('button', { name: /^One .* more$/ }).click();
  await page.getByRole('link', { name: 'Basket 2 pieces' }).click();
  await page.getByText('Kept in this browser').waitFor();
  await page.getByRole('link', { name: 'Go to checkout' }).click();
  await page.getByRole('link', { name: 'Open an account' }).click();
  await register2(page);
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  await page.getByRole('button', { name: /^Pay £/ }).click();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  await page.getByText('Paid', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Basket empty' }).waitFor();
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await page.getByText('Cancelled', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'All your orders' }).click();
  await page.locator('main li').getByText('Cancelled').waitFor();
  await page.reload();
  await page.locator('main li').getByText('Cancelled').waitFor();
  await page.getByRole('link', { name: 'Account' }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('link', { name: 'Log in' }).waitFor();
  await page.goto('/orders');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  expect(complaints).toEqual([]);
  await context.close();

  async function register2(target: typeof page) {
    await target.getByLabel('Your name').fill('Ada');
    await target.getByLabel('E-mail address').fill(`journey-${Date.now()}@example.com`);
    await target.getByLabel('Password').fill('a long enough one');
    await target.getByRole('button', { name: 'Open an account' }).click();
  }
}

const whole = 'somebody looks around, fills a basket, becomes a customer, pays, sees the order and cancels it';
test(whole, buyAndCancel);

test.skipIf(fromOutside)(`while Redis is away ${whole}`, async () => {
  const { context, page } = await visitor(browser);
  letRunTheShop(await register(page));
  await page.goto('/ops');
  await page.getByRole('button', { name: 'Take it away for 30 s' }).click();
  await page.getByText('away: redis').waitFor();
  await buyAndCancel();
  await page.getByText('away: redis').waitFor({ state: 'detached', timeout: 60_000 });
  await context.close();
});

test.skipIf(fromOutside)(`from zero ${whole}`, { timeout: 300_000 }, async () => {
  await expect.poll(runningCount, { timeout: 180_000, interval: 2_000 }).toBe(0);
  await buyAndCancel();
});

test('Pay clicked twice, and the page reloaded in between, is one order', async () => {
  const { context, page } = await visitor(browser);
  await register(page);
  await choose(page, '22423');
  await page.goto('/checkout');
  const pay = page.getByRole('button', { name: /^Pay £/ });
  await page.getByLabel('A card that takes five seconds').check();
  const sent = page.waitForRequest((request) => request.url().endsWith('/api/orders') && request.method() === 'POST');
  await pay.dblclick();
  await pay.click({ timeout: 500 }).catch(() => undefined);
  await sent;
  await page.reload(); // the answer of the five seconds is lost
  await page.waitForURL(/\/orders\/[\w-]+$/);
  await page.getByText('Paid', { exact: true }).waitFor({ timeout: 20_000 });
  await page.goBack();
  expect(await orderIds(page)).toHaveLength(1);
  await context.close();
});

test('a declined card is told, and another one buys the same basket', async () => {
  const { context, page } = await visitor(browser);
  await register(page);
  await choose(page, '22423');
  await page.goto('/checkout');
  await page.getByLabel('A card that is declined').check();
  await page.getByRole('button', { name: /^Pay £/ }).click();
  await page.getByRole('alert').getByText('The card was declined').waitFor();
  await page.getByLabel('A card that pays').check();
  await page.getByRole('button', { name: /^Pay £/ }).click();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  expect(await orderIds(page)).toHaveLength(2);
  await context.close();
});
