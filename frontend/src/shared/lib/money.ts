import type { components } from '@/shared/api/schema';

export type Money = components['schemas']['Money'];

const formats = new Map<string, Intl.NumberFormat>();

/** An amount as people here write it: £2.95. */
export function price(money: Money): string {
  let format = formats.get(money.currency);
  if (!format) {
    format = new Intl.NumberFormat('en-GB', { style: 'currency', currency: money.currency });
    formats.set(money.currency, format);
  }
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(money.amount / 10 ** digits);
}

export function times(money: Money, count: number): Money {
  return { ...money, amount: money.amount * count };
}

/** The sum of amounts in one currency; null of none. */
export function sum(amounts: readonly Money[]): Money | null {
  const [first] = amounts;
  return first ? { ...first, amount: amounts.reduce((total, money) => total + money.amount, 0) } : null;
}
