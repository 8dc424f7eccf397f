/** A page as people have it, at three widths, light and dark: what axe finds, what is wider than the window; and pictures. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { violations } from './axe';

const PICTURES = fileURLToPath(new URL('screenshots/', import.meta.url));
const WIDTHS = [360, 768, 1440];
const SCHEMES = ['light', 'dark'] as const;

/** QUICK=1: no pictures, and each width in one of the schemes: narrow and wide in the light, between them in the dark. */
const quick = process.env.QUICK === '1';
const schemesAt = (width: number) => (quick ? SCHEMES.slice(WIDTHS.indexOf(width) % 2).slice(0, 1) : SCHEMES);

/**
 * Gives a line for each thing that is wrong. The page is loaded once: widths and colours change as they do for somebody who
 * turns a telephone, or whose system gets dark in the evening. It must be one without motion (`reducedMotion`).
 */
export async function look(page: Page, name: string): Promise<string[]> {
  mkdirSync(PICTURES, { recursive: true });
  const found: string[] = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 500 ? 740 : 900 });
    for (const scheme of schemesAt(width)) {
      await page.emulateMedia({ colorScheme: scheme });
      await settled(page, scheme);
      const where = `${name}-${width}-${scheme}`;
      if (!quick) await photograph(page, where);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) found.push(`${where}: ${overflow} px wider than the window`);
      found.push(...(await violations(page)).map((each) => `${where}: ${each}`));
    }
  }
  return found;
}

/** Until it is what somebody reads: a heading is there, in its colours and fonts, and nothing is to come or moves. */
async function settled(page: Page, scheme: string): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.waitForFunction(
    (chosen) =>
      document.documentElement.dataset.scheme === chosen &&
      document.querySelector('main [aria-busy=true], main .MuiSkeleton-root, main [inert]') === null,
    scheme,
  );
  await page.evaluate(async () => {
    window.scrollTo(0, 0); // the header stays where one looks
    await document.fonts.ready;
    await Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)));
  });
}

async function photograph(page: Page, where: string): Promise<void> {
  await page.evaluate(async () => {
    const seen = [...document.images].filter((image) => image.getBoundingClientRect().top < window.innerHeight);
    await Promise.all(seen.map((image) => image.decode().catch(() => null)));
  });
  // What covers the window does not cover all of a picture that is higher.
  const fullPage = (await page.getByRole('dialog').count()) === 0;
  await page.screenshot({ path: `${PICTURES}${where}.png`, fullPage });
}
