import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CATEGORIES } from '@/features/catalogue/api/categories';

/** From the end, for a description may have commas: category, price, currency, stock. */
const ROW = /,([^,]+),\d+,[A-Z]+,\d+\r?$/;

test('the shelves are the ones on which the goods stand', () => {
  const [head, ...rows] = readFileSync('catalogue/products.csv', 'utf8').trim().split('\n');
  expect(head).toMatch(/,category,price_minor/);
  const found = new Set(rows.map((row) => ROW.exec(row)?.[1]));
  expect([...found].sort()).toEqual([...CATEGORIES].sort());
});
