/** Somebody with a browser: opens pages, and notices everything that a browser complains about. */
import { existsSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect, inject } from 'vitest';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? CANDIDATES.find((path) => existsSync(path));
  if (!executablePath) throw new Error('no Chromium found: install one, or name it in CHROMIUM');
  return chromium.launch({ executablePath, args: QUIET });
}

export const origin = () => inject('origin');

/** A browser profile of its own. What the browser's console says is kept: a policy that is broken is said only there. */
export async function visitor(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  const context = await browser.newContext({ baseURL: origin(), locale: 'en-GB', ...options });
  context.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  context.on('console', (message) => {
    // The status of an answer is the test's business; everything else is a mistake of ours.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return { context, page: await context.newPage(), complaints };
}

export const PASSWORD = 'a long enough one';

let people = 0;
export const newEmail = () => `shopper-${Date.now().toString(36)}-${people++}@example.com`;

export async function register(page: Page, email = newEmail()): Promise<string> {
  await page.goto('/register');
  await page.getByLabel('Your name').fill('Ada Lovelace');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Open an account' }).click();
  await page.waitForURL((url) => url.pathname !== '/register');
  return email;
}

/** Puts one of the goods into the basket, from its page. */
export async function choose(page: Page, sku: string): Promise<string> {
  await page.goto(`/products/${sku}`);
  await page
    .locator('article')
    .getByRole('button', { name: /^Add to basket/ })
    .click();
  return page.getByRole('heading', { level: 1 }).innerText();
}

export async function orderIds(page: Page): Promise<string[]> {
  await page.goto('/orders');
  await page.getByRole('heading', { name: 'Your orders' }).waitFor();
  await page
    .locator('main [aria-hidden=true]')
    .first()
    .waitFor({ state: 'detached' })
    .catch(() => undefined);
  await expect.poll(async () => (await page.locator('main').innerText()).length > 40).toBe(true);
  const links = await page.locator('main li a').all();
  return Promise.all(links.map(async (link) => (await link.getAttribute('href'))?.split('/').at(-1) ?? ''));
}
