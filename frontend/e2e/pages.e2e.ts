/** Every page, at three widths and in both colour schemes: nothing that axe finds, nothing wider than the window. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AXE } from './axe';
import { look } from './look';
import { choose, openBrowser, register, visitor } from './visitor';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

async function observer() {
  const { context, page, complaints } = await visitor(browser, { reducedMotion: 'reduce' });
  await page.addInitScript(AXE);
  const found: string[] = [];
  const see = async (name: string) => void found.push(...(await look(page, name)));
  const visit = async (name: string, path: string) => {
    await page.goto(path, { waitUntil: 'domcontentloaded' });
    await see(name);
  };
  const judge = async () => {
    expect(found).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  };
  return { page, see, visit, judge };
}

test('what a stranger sees is for everybody', async () => {
  const { page, see, visit, judge } = await observer();
  await visit('catalogue', '/');
  await visit('shelf', '/?category=Garden');
  await visit('nothing-found', '/?q=zzzzqqqq');
  await visit('product', '/products/22423');
  await visit('unknown-product', '/products/0');
  await visit('basket-empty', '/basket');
  await visit('about', '/about');
  await visit('not-found', '/nowhere');
  await visit('register', '/register');
  await visit('login', '/login');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('This does not look like an e-mail address').waitFor();
  await see('login-wrong');
  await judge();
});

test('what a customer sees is for everybody', async () => {
  const { page, see, visit, judge } = await observer();
  await register(page);
  await visit('orders-empty', '/orders');
  await visit('account', '/account');
  await choose(page, '22423');
  await choose(page, '85123A');
  await visit('basket', '/basket');
  await visit('checkout', '/checkout');
  await page.getByLabel('A card that is declined').check();
  await page.getByRole('button', { name: /^Pay £/ }).click();
  await page.getByRole('alert').waitFor();
  await see('checkout-declined');
  await page.getByLabel('A card that pays').check();
  await page.getByRole('button', { name: /^Pay £/ }).click();
  await page.getByText('Paid', { exact: true }).waitFor();
  await see('order');
  await page.getByRole('button', { name: 'Cancel this order' }).click();
  await page.getByRole('dialog').waitFor();
  await see('order-cancel');
  await page.getByRole('button', { name: 'Keep it' }).click();
  await visit('orders', '/orders');
  await judge();
});
