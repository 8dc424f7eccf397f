import { expect, test, vi } from 'vitest';
import type { CartServer } from '@/features/cart/api/cart-server';
import { CartStore } from '@/features/cart/api/cart-store';
import { applied, type Line } from '@/features/cart/api/changes';
import { Unreachable } from '@/shared/api/errors';
import { refusal } from '@/testing/refusals';

const LOGIN = 'login-1';

/** A server's cart with versions, as the function `cart` keeps it; what goes wrong is said call by call. */
class Server implements CartServer {
  lines: Line[] = [];
  version = 0;
  readonly unknown = new Set<string>();
  readonly before: ((lines: Line[]) => void)[] = [];
  readonly after: (() => void)[] = [];
  calls: string[] = [];

  read = () => {
    this.calls.push('read');
    return Promise.resolve({ lines: this.lines, etag: `"${this.version}"` });
  };

  replace = async (lines: Line[], etag: string) => {
    this.calls.push('replace');
    await Promise.resolve();
    this.before.shift()?.(lines);
    if (etag !== `"${this.version}"`) throw refusal(412);
    const errors = lines.flatMap(({ sku }, index) =>
      this.unknown.has(sku) ? [{ field: `items[${index}].sku`, message: 'No product has this sku' }] : [],
    );
    if (errors.length > 0) throw refusal(422, { errors });
    this.elsewhere(lines);
    this.after.shift()?.();
    return { lines: this.lines, etag: `"${this.version}"` };
  };

  /** A change that did not come from here. */
  elsewhere(lines: Line[]): void {
    this.lines = lines;
    this.version += 1;
  }
}

const pauses: number[] = [];
function open(server = new Server()) {
  pauses.length = 0;
  const cart = new CartStore(server, (ms) => {
    pauses.push(ms);
    return Promise.resolve();
  });
  return { server, cart };
}

const settled = (cart: CartStore) => vi.waitFor(() => expect(cart.view().state).toBe('saved'));
const pieces = (lines: readonly Line[]) => Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]));

test('who is not logged in has a cart in the browser, which outlives the page', async () => {
  const { cart, server } = open();
  await cart.belongTo(null);
  cart.add('a', 2);
  cart.add('a', 1);
  cart.add('b', 1);
  cart.set('b', 0);
  expect(pieces(cart.view().lines)).toEqual({ a: 3 });
  expect(pieces(open().cart.view().lines)).toEqual({ a: 3 });
  expect(server.calls).toEqual([]);
});

test('logging in puts what is in the browser on top of what the account has', async () => {
  const { cart, server } = open();
  server.elsewhere([
    { sku: 'a', quantity: 1 },
    { sku: 'z', quantity: 7 },
  ]);
  await cart.belongTo(null);
  cart.add('a', 2);
  cart.add('b', 1);
  await cart.belongTo(LOGIN);
  expect(pieces(server.lines)).toEqual({ a: 3, z: 7, b: 1 });
  expect(cart.view()).toMatchObject({ state: 'saved', error: null });
});

test('a change is seen at once, and sent afterwards', async () => {
  const { cart, server } = open();
  await cart.belongTo(LOGIN);
  cart.add('a', 1);
  expect(pieces(cart.view().lines)).toEqual({ a: 1 });
  expect(cart.view().state).toBe('saving');
  await settled(cart);
  expect(pieces(server.lines)).toEqual({ a: 1 });
});

test('a change that meets another one is made again on top of it, and both are kept', async () => {
  const { cart, server } = open();
  await cart.belongTo(LOGIN);
  server.before.push(() => server.elsewhere([{ sku: 'a', quantity: 5 }]));
  cart.add('a', 1);
  await settled(cart);
  expect(pieces(server.lines)).toEqual({ a: 6 });
  expect(pieces(cart.view().lines)).toEqual({ a: 6 });
});

test('an answer that was lost is asked for, and the change is not made twice', async () => {
  const { cart, server } = open();
  await cart.belongTo(LOGIN);
  server.after.push(() => {
    throw new Unreachable('the line broke after the change arrived');
  });
  cart.add('a', 1);
  await settled(cart);
  expect(pieces(server.lines)).toEqual({ a: 1 });
});

test('a request that was lost is sent again', async () => {
  const { cart, server } = open();
  await cart.belongTo(LOGIN);
  server.before.push(() => {
    throw new Unreachable('the line broke before the change arrived');
  });
  cart.add('a', 1);
  await settled(cart);
  expect(pieces(server.lines)).toEqual({ a: 1 });
});

test('a shop that says when to come again is asked then, and not before', async () => {
  const { cart, server } = open();
  await cart.belongTo(LOGIN);
  server.before.push(() => {
    throw refusal(503, {}, 7);
  });
  cart.add('a', 1);
  await settled(cart);
  expect(pauses).toEqual([7000]);
});

test('while the shop stays away the cart stays here, says why, and goes on later', async () => {
  const { cart, server } = open();
  await cart.belongTo(LOGIN);
  for (let n = 0; n < 6; n++) server.before.push(() => void thrown());
  cart.add('a', 1);
  await vi.waitFor(() => expect(cart.view().state).toBe('stuck'));
  expect(pieces(cart.view().lines)).toEqual({ a: 1 });
  await cart.sync();
  expect(pieces(server.lines)).toEqual({ a: 1 });
  expect(cart.view().error).toBeNull();

  function thrown(): never {
    throw refusal(503, {}, 1);
  }
});

test('what is no longer sold is taken out and named, and the rest is kept', async () => {
  const { cart, server } = open();
  server.unknown.add('old');
  await cart.belongTo(null);
  cart.add('old', 1);
  cart.add('a', 1);
  await cart.belongTo(LOGIN);
  expect(pieces(server.lines)).toEqual({ a: 1 });
  expect(cart.view().gone).toEqual(['old']);
});

test('what was bought is taken out, and what came in since is left', async () => {
  const { cart, server } = open();
  await cart.belongTo(LOGIN);
  cart.add('a', 2);
  await settled(cart);
  const bought = cart.view().lines;
  cart.add('a', 1);
  cart.add('b', 1);
  cart.takeOut(bought);
  await vi.waitFor(() => expect(pieces(server.lines)).toEqual({ a: 1, b: 1 }));
});

test('after a logout nothing of the cart is left for whoever comes next', async () => {
  const { cart } = open();
  await cart.belongTo(LOGIN);
  cart.add('a', 1);
  await cart.belongTo(null);
  cart.clear();
  expect(cart.view().lines).toEqual([]);
  expect(JSON.stringify(localStorage)).not.toContain('"a"');
});

test('what another tab puts in while this one waits for an answer is kept', async () => {
  const { cart, server } = open();
  await cart.belongTo(LOGIN);
  const other = open(server).cart;
  await other.belongTo(LOGIN);
  server.before.push(() => other.add('b', 2));
  cart.add('a', 1);
  await vi.waitFor(() => expect(pieces(server.lines)).toEqual({ a: 1, b: 2 }));
});

test('a change that a tab sees as pending after it saw the base with it is not counted twice', async () => {
  const { cart } = open();
  await cart.belongTo(LOGIN);
  cart.add('a', 1);
  const [[key, change] = ['', '']] = Object.entries(localStorage).filter(([name]) => name.includes('.change.'));
  await settled(cart);
  localStorage.setItem(key, change as string);
  window.dispatchEvent(new StorageEvent('storage', { key }));
  expect(pieces(cart.view().lines)).toEqual({ a: 1 });
});

test('a browser that keeps nothing has a cart as long as the page is open', async () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError');
  });
  const { cart, server } = open();
  await cart.belongTo(null);
  cart.add('a', 1);
  cart.add('b', 1);
  expect(pieces(cart.view().lines)).toEqual({ a: 1, b: 1 });
  await cart.belongTo(LOGIN);
  expect(pieces(server.lines)).toEqual({ a: 1, b: 1 });
});

test('whatever is stored that is no cart of ours, there is an empty one', () => {
  const change = 'zerocart.cart.change.1';
  for (const stored of [
    '{',
    '5',
    '{"base":5}',
    '{"login":null,"base":{"lines":[{}],"etag":"","included":[]},"sent":null}',
  ]) {
    localStorage.setItem('zerocart.cart', stored);
    localStorage.setItem(change, stored);
    expect(open().cart.view().lines).toEqual([]);
  }
});

test('whatever is done here and elsewhere at once, and whatever fails, no addition is lost and none is made twice', async () => {
  let seed = 42;
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  for (let round = 0; round < 60; round++) {
    localStorage.clear();
    const { cart, server } = open();
    await cart.belongTo(LOGIN);
    const wanted = { a: 0, b: 0 };
    for (let turn = 0; turn < 12; turn++) {
      const sku = random(2) ? 'a' : 'b';
      const act = random(4);
      if (act === 0) {
        // Another device, whose change this one has not seen.
        server.elsewhere(applied(server.lines, [{ id: 'x', sku, add: 1 }]));
        wanted[sku] += 1;
        continue;
      }
      if (act === 1) server.before.push(() => thrown(new Unreachable('before')));
      if (act === 2) server.before.push(() => thrown(refusal(503, {}, 1)));
      if (act === 3) server.before.push(() => server.elsewhere(applied(server.lines, [{ id: 'y', sku, add: 0 }])));
      cart.add(sku, 1);
      wanted[sku] += 1;
      if (random(2)) await settled(cart);
    }
    await settled(cart);
    expect({ a: 0, b: 0, ...pieces(server.lines) }, `round ${round}`).toEqual(wanted);
  }

  function thrown(error: Error): never {
    throw error;
  }
});
