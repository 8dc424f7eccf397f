/**
 * Buys a basket, once, whatever is clicked, reloaded or gone back to, and whatever becomes of single requests.
 *
 * It outlives the page that shows it: who goes back while it works finds it working.
 */
import { attemptFor, close, kept, type Line, type Order, orderOf } from '@/features/checkout/api/attempt';
import { ApiError, isPassing, pauseMs } from '@/shared/api/errors';

export type Outcome =
  | { kind: 'placed'; order: Order }
  | { kind: 'declined'; orderId: string | null }
  | { kind: 'out-of-stock'; skus: readonly string[] }
  /** Nobody knows yet, or it cannot be: trying again is safe, it is the same order. */
  | { kind: 'failed'; error: unknown };
export type Phase = { doing: 'nothing' | 'paying' | 'asking-again' | 'looking'; outcome: Outcome | null };

/** What the checkout needs of the shop. */
export type Till = {
  place(lines: Line[], card: string, key: string): Promise<Order>;
  newest(): Promise<readonly Order[]>;
};

const MOST_TRIES = 6;
/** A request may still be under way when its page is gone: so often its order is looked for. */
const LOOKS_MS = [0, 700, 1500];

export class Checkout {
  #phase: Phase = { doing: 'nothing', outcome: null };
  #working: Promise<Outcome | null> | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly till: Till,
    private readonly onBought: (lines: readonly Line[]) => void,
    private readonly pause: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  ) {}

  readonly phase = (): Phase => this.#phase;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Pay. While that works, paying again is the same. */
  pay(login: string, lines: readonly Line[], card: string): Promise<Outcome | null> {
    return this.#alone('paying', () => this.#pay(login, lines, card));
  }

  /** After a reload in the middle: what has become of it? Null: no order that we know of. */
  resume(login: string): Promise<Outcome | null> {
    if (kept(login) === null) return Promise.resolve(null);
    return this.#alone('looking', () => this.#look(login));
  }

  /** What was told has been read. */
  forget(): void {
    if (this.#working === null) this.#set({ doing: 'nothing', outcome: null });
  }

  #alone(doing: Phase['doing'], work: () => Promise<Outcome | null>): Promise<Outcome | null> {
    if (this.#working === null) {
      this.#set({ doing, outcome: null });
      this.#working = work().then((outcome) => {
        this.#working = null;
        this.#set({ doing: 'nothing', outcome });
        return outcome;
      });
    }
    return this.#working;
  }

  async #pay(login: string, lines: readonly Line[], card: string): Promise<Outcome> {
    const attempt = attemptFor(login, lines, Date.now());
    for (let tries = 0; ; tries++) {
      try {
        return this.#bought(await this.till.place(attempt.lines, card, attempt.key), attempt.lines);
      } catch (error) {
        const refusal = refused(error);
        if (refusal) {
          close(refusal.kind === 'declined' ? refusal.orderId : null);
          return refusal;
        }
        // The same key with another card: an earlier request has arrived after all.
        if (error instanceof ApiError && error.status === 422) {
          const found = await this.#look(login);
          close(null);
          return found ?? { kind: 'failed', error };
        }
        if (!isPassing(error) || tries === MOST_TRIES - 1) return { kind: 'failed', error };
        this.#set({ doing: 'asking-again', outcome: null });
        await this.pause(pauseMs(tries, error));
      }
    }
  }

  async #look(login: string): Promise<Outcome | null> {
    for (const ms of LOOKS_MS) {
      await this.pause(ms);
      const attempt = kept(login);
      if (attempt === null) return null;
      const newest = await this.till.newest().catch(() => []);
      const order = orderOf(attempt, newest);
      if (order?.status === 'cancelled') {
        close(order.id);
        return { kind: 'declined', orderId: order.id };
      }
      if (order) return this.#bought(order, attempt.lines);
    }
    return null;
  }

  #bought(order: Order, lines: readonly Line[]): Outcome {
    close(order.id);
    this.onBought(lines);
    return { kind: 'placed', order };
  }

  #set(phase: Phase): void {
    this.#phase = phase;
    for (const listener of this.#listeners) listener();
  }
}

function refused(error: unknown): Extract<Outcome, { kind: 'declined' | 'out-of-stock' }> | null {
  if (!(error instanceof ApiError)) return null;
  if (error.status === 402) return { kind: 'declined', orderId: error.problem.order_id ?? null };
  if (error.type === 'out-of-stock') return { kind: 'out-of-stock', skus: error.problem.skus ?? [] };
  return null;
}
