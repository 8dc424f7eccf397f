/** When something is away, late or double: what people see then, and that nothing of theirs is lost. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bringProviderBack, takeProviderAway } from './shop';
import { choose, openBrowser, register, visitor } from './visitor';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.close());

const problem = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'x-trace-id': 'c0ffee'.padEnd(32, '0'), ...headers },
  contentType: 'application/problem+json',
  body: JSON.stringify({ type: 'x', title: 'x', status, detail: 'x', instance: '/', trace_id: 'c0ffee' }),
});

/** How many changes of the basket are not sent yet. */
const basket = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('zerocart.cart.change.')).length);

test('a basket filled before the login joins the one of the account, and a change elsewhere in between is kept', async () => {
  const { context, page } = await visitor(browser);
  const email = await register(page);
  await choose(page, '22423');
  await expect.poll(() => basket(page)).toBe(0);
  const other = await visitor(browser);
  await choose(other.page, '85123A');
  await other.page.goto('/login?next=/basket');
  await other.page.getByLabel('E-mail address').fill(email);
  await other.page.getByLabel('Password').fill('a long enough one');
  await other.page.getByRole('button', { name: 'Log in' }).click();
  await other.page.getByText('Saved to your account').waitFor();
  expect(await other.page.locator('main li').count()).toBe(2);
  // The first browser has not seen that yet: its next change meets 412, and neither is lost.
  const refused = page.waitForResponse((answer) => answer.url().endsWith('/api/cart') && answer.status() === 412);
  await page.getByRole('button', { name: /^One .* more$/ }).click();
  await refused;
  await page.goto('/basket');
  await page.getByText('Saved to your account').waitFor();
  expect(
    await page.locator('main li input').evaluateAll((inputs) => inputs.map((each) => (each as HTMLInputElement).value)),
  ).toEqual(['2', '1']);
  await other.context.close();
  await context.close();
});

test('two tabs that fill one basket at once lose nothing', async () => {
  const { context, page } = await visitor(browser);
  await register(page);
  await choose(page, '22423');
  const second = await context.newPage();
  await choose(second, '85123A');
  await Promise.all(
    [page, second].map(async (tab) => {
      for (let n = 0; n < 6; n++) await tab.getByRole('button', { name: /^One .* more$/ }).click();
    }),
  );
  await expect.poll(() => basket(page)).toBe(0);
  await page.goto('/basket');
  await page.getByText('Saved to your account').waitFor();
  const inputs = page.locator('main li input');
  expect(await inputs.evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value))).toEqual(['7', '7']);
  await context.close();
});

test('two tabs that refresh at once, again and again, stay logged in, and a logout in one is one in both', async () => {
  const { context, page } = await visitor(browser);
  await register(page);
  const second = await context.newPage();
  for (let turn = 0; turn < 5; turn++) {
    await Promise.all([page.goto('/account'), second.goto('/orders')]); // each page begins with a refresh
    await Promise.all([
      page.getByRole('heading', { name: 'Hello, Ada Lovelace' }).waitFor(),
      second.getByText('You have not ordered anything yet').waitFor(),
    ]);
  }
  // Reloaded in the middle of a refresh: the next page waits for its cookie instead of sending the old one again.
  for (let turn = 0; turn < 3; turn++) {
    await Promise.all([page.waitForRequest('**/api/auth/refresh'), page.reload({ waitUntil: 'domcontentloaded' })]);
    await page.reload({ waitUntil: 'domcontentloaded' });
  }
  await page.getByRole('heading', { name: 'Hello, Ada Lovelace' }).waitFor();
  await page.getByRole('button', { name: 'Log out' }).click();
  await second.getByRole('heading', { name: 'Log in' }).waitFor();
  await context.close();
});

test('no script can read a token, and the cookie that refreshes goes to nothing but the sessions', async () => {
  const { context, page } = await visitor(browser);
  await register(page);
  const cookies = await context.cookies();
  expect(cookies).toMatchObject([{ name: 'zerocart_refresh', httpOnly: true, sameSite: 'Strict', path: '/api/auth' }]);
  const readable = await page.evaluate(() => document.cookie + JSON.stringify([localStorage, sessionStorage]));
  expect(readable).not.toMatch(/eyJ|zerocart_refresh|Ada|shopper/);
  await context.close();
});

test('a shop that is busy is asked again when it says, and the goods come', async () => {
  const { context, page } = await visitor(browser);
  let refusals = 0;
  await page.route('**/api/products?*', (route) =>
    refusals++ < 2 ? route.fulfill(problem(503, { 'retry-after': '1' })) : route.continue(),
  );
  const begunMs = Date.now();
  await page.goto('/');
  await page.getByText('The shop is busy. We ask again').waitFor();
  await page.locator('main li h2').first().waitFor();
  expect(Date.now() - begunMs).toBeGreaterThan(2000);
  await context.close();
});

test('a function that takes its time to start is waited for, and that is said', async () => {
  const { context, page } = await visitor(browser);
  let answer = () => {};
  const started = new Promise<void>((resolve) => (answer = resolve));
  await page.route('**/api/products?*', async (route) => {
    await started;
    await route.continue();
  });
  await page.goto('/');
  await page.locator('.MuiSkeleton-root').first().waitFor();
  await page.getByText('Opening up, this takes a moment').waitFor();
  answer();
  await page.locator('main li h2').first().waitFor();
  await context.close();
});

test('what fails for good is told with the trace id, and can be tried again', async () => {
  const { context, page } = await visitor(browser);
  await page.route('**/api/products/22423', (route) => route.fulfill(problem(500)));
  await page.goto('/products/22423');
  await page.getByRole('alert').getByText('c0ffee'.padEnd(32, '0')).waitFor();
  await page.unroute('**/api/products/22423');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'Regency Cakestand 3 Tier' }).waitFor();
  await context.close();
});

test('too many tries to log in are told with the time to wait', async () => {
  const { context, page } = await visitor(browser);
  await page.route('**/api/auth/login', (route) => route.fulfill(problem(429, { 'retry-after': '42' })));
  await page.goto('/login');
  await page.getByLabel('E-mail address').fill('ada@example.com');
  await page.getByLabel('Password').fill('whatever it was');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').getByText('Wait 42 seconds').waitFor();
  await context.close();
});

test('without a network the basket is filled all the same, and sent when there is one', async () => {
  const { context, page } = await visitor(browser);
  await register(page);
  await page.goto('/products/22423');
  await page
    .locator('article')
    .getByRole('button', { name: /^Add to basket/ })
    .waitFor();
  await context.setOffline(true);
  await page.getByText('You are offline').waitFor();
  await page
    .locator('article')
    .getByRole('button', { name: /^Add to basket/ })
    .click();
  await page.getByRole('link', { name: 'Basket 1 piece' }).waitFor();
  expect(await basket(page)).toBe(1);
  await context.setOffline(false);
  await page.getByText('You are offline').waitFor({ state: 'detached' });
  await expect.poll(() => basket(page), { timeout: 15_000 }).toBe(0);
  await context.close();
});

test('goods that are sold out at the till are named, and the rest can be bought without them', async () => {
  const { context, page } = await visitor(browser);
  await register(page);
  const gone = await choose(page, '22423');
  await choose(page, '85123A');
  await page.goto('/checkout');
  await page.route('**/api/orders', (route) =>
    route.request().method() === 'POST'
      ? route.fulfill({ ...problem(409), body: JSON.stringify({ type: 'out-of-stock', status: 409, skus: ['22423'] }) })
      : route.continue(),
  );
  await page.getByRole('button', { name: /^Pay £/ }).click();
  await page.getByRole('alert').getByText(gone).waitFor();
  await page.unroute('**/api/orders');
  await page.getByRole('button', { name: 'Go on without' }).click();
  await page.getByRole('button', { name: 'Pay £2.95' }).click();
  await page.getByText('Paid', { exact: true }).waitFor();
  await context.close();
});

test('while the payment provider is away an order is taken all the same, and paid when it is back', async () => {
  const { context, page, complaints } = await visitor(browser);
  await register(page);
  await choose(page, '22423');
  await page.goto('/checkout');
  takeProviderAway();
  try {
    await page.getByRole('button', { name: /^Pay £/ }).click();
    await page.getByText('you will pay once').waitFor();
    await page.getByText('Payment to follow').waitFor();
    expect(await page.getByText('Paid', { exact: true }).count()).toBe(0);
  } finally {
    bringProviderBack();
  }
  await page.getByText('Paid', { exact: true }).waitFor({ timeout: 60_000 });
  expect(complaints).toEqual([]);
  await context.close();
});
