import { beforeEach, expect, test } from 'vitest';
import { Checkout, type Till } from '@/features/checkout/api/checkout';
import type { Line, Order } from '@/features/checkout/api/attempt';
import { Unreachable } from '@/shared/api/errors';
import { refusal } from '@/testing/refusals';

const LOGIN = 'login-1';
const CARD = '4242424242424242';
const LINES: Line[] = [{ sku: 'a', quantity: 2 }];
const MONEY = { amount: 100, currency: 'GBP' };

/** A till as place-order is one: one key, one order; what goes wrong is said call by call. */
class Shop implements Till {
  readonly orders = new Map<string, { order: Order; card: string }>();
  readonly keys: string[] = [];
  readonly before: (() => void)[] = [];
  readonly after: (() => void)[] = [];

  place = async (lines: Line[], card: string, key: string) => {
    this.keys.push(key);
    await Promise.resolve();
    this.before.shift()?.();
    const known = this.orders.get(key);
    if (known && known.card !== card) throw refusal(422);
    const order = known?.order ?? newOrder(`order-${this.orders.size + 1}`, lines);
    this.orders.set(key, { order, card });
    this.after.shift()?.();
    return order;
  };

  newest = () => Promise.resolve([...this.orders.values()].map(({ order }) => order).reverse());
}

function newOrder(id: string, lines: Line[]): Order {
  const items = lines.map((line) => ({ ...line, name: line.sku, unit_price: MONEY, line_total: MONEY }));
  return { id, status: 'paid', items, total: MONEY, placed_at: new Date().toISOString() };
}

const bought: Line[][] = [];
const pauses: number[] = [];
beforeEach(() => {
  bought.length = 0;
  pauses.length = 0;
});

function open(shop: Till): Checkout {
  return new Checkout(
    shop,
    (lines) => bought.push([...lines]),
    (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  );
}

const fail = (error: Error) => () => {
  throw error;
};

test('paying twice at once is one request, one order, and one basket taken out', async () => {
  const shop = new Shop();
  const checkout = open(shop);
  const [first, second] = await Promise.all([checkout.pay(LOGIN, LINES, CARD), checkout.pay(LOGIN, LINES, CARD)]);
  expect(first).toMatchObject({ kind: 'placed', order: { id: 'order-1' } });
  expect(second).toBe(first);
  expect(shop.keys).toHaveLength(1);
  expect(bought).toEqual([LINES]);
});

test('a lost answer is asked for again with the same key, when the shop says', async () => {
  const shop = new Shop();
  shop.after.push(fail(new Unreachable('lost')));
  shop.before.push(() => undefined, fail(refusal(503, {}, 3)));
  const outcome = await open(shop).pay(LOGIN, LINES, CARD);
  expect(outcome).toMatchObject({ kind: 'placed', order: { id: 'order-1' } });
  expect(shop.keys).toHaveLength(3);
  expect(new Set(shop.keys).size).toBe(1);
  expect(pauses[1]).toBe(3000);
});

test('after a reload in the middle the same key goes on', async () => {
  const shop = new Shop();
  for (let n = 0; n < 6; n++) shop.before.push(fail(new Unreachable('away')));
  expect(await open(shop).pay(LOGIN, LINES, CARD)).toMatchObject({ kind: 'failed' });
  expect(await open(shop).pay(LOGIN, LINES, CARD)).toMatchObject({ kind: 'placed' });
  expect(new Set(shop.keys).size).toBe(1);
  expect(shop.orders.size).toBe(1);
});

test('after a reload the order is found that the page did not live to hear of, and its basket is taken out', async () => {
  const shop = new Shop();
  for (let n = 0; n < 6; n++) shop.after.push(fail(new Unreachable('lost')));
  expect(await open(shop).pay(LOGIN, LINES, CARD)).toMatchObject({ kind: 'failed' });
  expect(await open(shop).resume(LOGIN)).toMatchObject({ kind: 'placed', order: { id: 'order-1' } });
  expect(bought).toEqual([LINES]);
  expect(await open(shop).resume(LOGIN)).toBeNull();
});

test('another card after a lost answer does not buy twice: the order that was placed is found', async () => {
  const shop = new Shop();
  for (let n = 0; n < 6; n++) shop.after.push(fail(new Unreachable('lost')));
  await open(shop).pay(LOGIN, LINES, CARD);
  const outcome = await open(shop).pay(LOGIN, LINES, '4000000000009995');
  expect(outcome).toMatchObject({ kind: 'placed', order: { id: 'order-1' } });
  expect(shop.orders.size).toBe(1);
});

test('the same basket bought again on purpose is another order', async () => {
  const shop = new Shop();
  await open(shop).pay(LOGIN, LINES, CARD);
  expect(await open(shop).pay(LOGIN, LINES, CARD)).toMatchObject({ order: { id: 'order-2' } });
  expect(new Set(shop.keys).size).toBe(2);
});

test('an order that was answered before is not taken for the answer to the same basket bought again', async () => {
  const shop = new Shop();
  await open(shop).pay(LOGIN, LINES, CARD);
  for (let n = 0; n < 6; n++) shop.before.push(fail(new Unreachable('away')));
  await open(shop).pay(LOGIN, LINES, CARD);
  expect(await open(shop).resume(LOGIN)).toBeNull();
  expect(await open(shop).pay(LOGIN, LINES, CARD)).toMatchObject({ order: { id: 'order-2' } });
});

test('a declined card is told with its order, and the next try has a key of its own', async () => {
  const shop = new Shop();
  shop.before.push(fail(refusal(402, { type: 'payment-declined', order_id: 'order-9' })));
  expect(await open(shop).pay(LOGIN, LINES, CARD)).toEqual({ kind: 'declined', orderId: 'order-9' });
  await open(shop).pay(LOGIN, LINES, CARD);
  expect(new Set(shop.keys).size).toBe(2);
  expect(bought).toEqual([LINES]);
});

test('what is out of stock is named', async () => {
  const shop = new Shop();
  shop.before.push(fail(refusal(409, { type: 'out-of-stock', skus: ['a'] })));
  expect(await open(shop).pay(LOGIN, LINES, CARD)).toEqual({ kind: 'out-of-stock', skus: ['a'] });
  expect(bought).toEqual([]);
});

test('the card is stored nowhere', async () => {
  const shop = new Shop();
  for (let n = 0; n < 6; n++) shop.before.push(fail(new Unreachable('away')));
  await open(shop).pay(LOGIN, LINES, CARD);
  expect(sessionStorage.getItem('zerocart.checkout')).toContain('"key"');
  expect(JSON.stringify([sessionStorage, localStorage])).not.toContain(CARD.slice(0, 6));
});

test('what one person left unanswered is not gone on with by another', async () => {
  const shop = new Shop();
  for (let n = 0; n < 6; n++) shop.after.push(fail(new Unreachable('lost')));
  await open(shop).pay(LOGIN, LINES, CARD);
  expect(await open(shop).resume('login-2')).toBeNull();
});
