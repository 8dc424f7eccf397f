/**
 * One try to buy a basket: its goods, and the Idempotency-Key that makes one order of it however often it is sent.
 *
 * It lies in sessionStorage from before the first request until there is an answer, so a reload goes on with the same
 * key. The card is not part of it: it is typed again, and never stored.
 */
import type { components } from '@/shared/api/schema';
import { isListOf, isNumber, isObject, isText, read, write } from '@/shared/lib/storage';

export type Line = components['schemas']['Line'];
export type Order = components['schemas']['Order'];
export type Attempt = { key: string; login: string; lines: Line[]; begunAtMs: number };

const ATTEMPT = 'zerocart.checkout';
const ANSWERED = 'zerocart.checkout-answered';
/** By so much the clocks of a browser and of the shop may differ. */
const CLOCK_SKEW_MS = 120_000;

export function kept(login: string): Attempt | null {
  const attempt = read('sessionStorage', ATTEMPT, isAttempt);
  return attempt?.login === login ? attempt : null;
}

/** The attempt for these lines: the one without an answer, if it is for the same, or a new one. */
export function attemptFor(login: string, lines: readonly Line[], nowMs: number): Attempt {
  const before = kept(login);
  if (before && sameLines(before.lines, lines)) return before;
  const attempt = { key: crypto.randomUUID(), login, lines: [...lines], begunAtMs: nowMs };
  write('sessionStorage', ATTEMPT, attempt);
  return attempt;
}

/** There is an answer: the next try is another one. */
export function close(orderId: string | null): void {
  write('sessionStorage', ATTEMPT, null);
  if (orderId !== null) write('sessionStorage', ANSWERED, [orderId, ...answered()].slice(0, 50));
}

/** The order that an attempt without an answer has become, if it has, among the newest orders. */
export function orderOf(attempt: Attempt, newest: readonly Order[]): Order | null {
  const known = answered();
  const found = newest.find(
    (order) =>
      !known.includes(order.id) &&
      Date.parse(order.placed_at) >= attempt.begunAtMs - CLOCK_SKEW_MS &&
      sameLines(order.items, attempt.lines),
  );
  return found ?? null;
}

export function sameLines(left: readonly Line[], right: readonly Line[]): boolean {
  const pieces = new Map(left.map((line) => [line.sku, line.quantity]));
  return pieces.size === right.length && right.every((line) => pieces.get(line.sku) === line.quantity);
}

function answered(): string[] {
  return read('sessionStorage', ANSWERED, (value) => isListOf(value, isText)) ?? [];
}

function isAttempt(value: unknown): value is Attempt {
  return (
    isObject(value) &&
    isText(value.key) &&
    isText(value.login) &&
    isNumber(value.begunAtMs) &&
    isListOf(value.lines, isLine)
  );
}

function isLine(value: unknown): value is Line {
  return isObject(value) && isText(value.sku) && isNumber(value.quantity);
}
