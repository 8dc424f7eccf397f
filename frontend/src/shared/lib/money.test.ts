import { expect, test } from 'vitest';
import { price, sum, times } from '@/shared/lib/money';

const gbp = (amount: number) => ({ amount, currency: 'GBP' });

test.each([
  [gbp(295), '£2.95'],
  [gbp(5), '£0.05'],
  [gbp(123456789), '£1,234,567.89'],
  [{ amount: 500, currency: 'JPY' }, 'JP¥500'],
])('%o is written %s', (money, text) => {
  expect(price(money)).toBe(text);
});

test('sums are exact, and of nothing there is none', () => {
  expect(sum([times(gbp(10), 3), gbp(1)])).toEqual(gbp(31));
  expect(sum([])).toBeNull();
});
