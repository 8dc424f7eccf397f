/**
 * What somebody does to a cart, as changes that can be made on top of whatever the cart has become meanwhile.
 *
 * A cart that is shown is always a base and the changes on top of it that the server has not taken yet. Of somebody who
 * is not logged in, the base is empty; so to merge his cart into the one he has with us is nothing but to send them.
 */
import type { components } from '@/shared/api/schema';
import { isNumber, isObject, isText } from '@/shared/lib/storage';

export type Line = components['schemas']['Line'];
export type Change = { id: string; sku: string } & ({ add: number } | { set: number });

export function isLine(value: unknown): value is Line {
  return isObject(value) && isText(value.sku) && isNumber(value.quantity);
}

export function isChange(value: unknown): value is Change {
  return isObject(value) && isText(value.id) && isText(value.sku) && (isNumber(value.add) || isNumber(value.set));
}

export const MOST_PIECES = 10_000;

/** The lines after some changes, in the order in which they came in; a line of none is gone. */
export function applied(lines: readonly Line[], changes: readonly Change[]): Line[] {
  const pieces = new Map(lines.map((line) => [line.sku, line.quantity]));
  for (const change of changes) {
    const wanted = 'set' in change ? change.set : (pieces.get(change.sku) ?? 0) + change.add;
    if (wanted <= 0) pieces.delete(change.sku);
    else pieces.set(change.sku, Math.min(wanted, MOST_PIECES));
  }
  return [...pieces].map(([sku, quantity]) => ({ sku, quantity }));
}

/** Whether two carts hold the same, in whatever order. */
export function same(left: readonly Line[], right: readonly Line[]): boolean {
  const pieces = new Map(left.map((line) => [line.sku, line.quantity]));
  return left.length === right.length && right.every((line) => pieces.get(line.sku) === line.quantity);
}
