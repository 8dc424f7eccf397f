/**
 * What people do in the shop, told to record-event: pages that were seen, carts that were changed, what was bought.
 *
 * CloudEvents in batches, a few seconds apart; the last ones as the page goes away. What is not told yet lies in
 * sessionStorage, and is told after a reload. An id is made once, so telling twice is telling once. Nobody is named:
 * neither who, nor what was searched for, nor which order.
 */
import { apiAddress } from '@/shared/lib/addresses';
import { isListOf, isObject, isText, read, write } from '@/shared/lib/storage';
import { traced } from '@/shared/telemetry/spans';

export type Kind = 'page.viewed' | 'cart.changed' | 'purchase.made';
type Told = { specversion: '1.0'; id: string; source: string; type: string; time: string; data: unknown };

const KEY = 'zerocart.events';
const BATCH = 'application/cloudevents-batch+json';
const PAUSE_MS = 5_000;
const MOST_PAUSE_MS = 120_000;
const MOST_WAITING = 100;
const MOST_AT_ONCE = 50;

export class Events {
  #waiting = read('sessionStorage', KEY, isTold) ?? [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = PAUSE_MS;
  #started = false;

  tell(kind: Kind, data: unknown): void {
    this.#waiting = [...this.#waiting, told(kind, data)].slice(-MOST_WAITING);
    this.#keep();
    this.#later();
  }

  /** Begin to send, until the page goes away. */
  start(): void {
    this.#started = true;
    window.addEventListener('pagehide', () => this.#last());
    this.#later();
  }

  #later(): void {
    if (this.#started && this.#timer === undefined && this.#waiting.length > 0)
      this.#timer = setTimeout(() => void this.#send(), this.#pauseMs);
  }

  async #send(): Promise<void> {
    const batch = this.#waiting.slice(0, MOST_AT_ONCE);
    try {
      const response = await traced(apiAddress('/api/events'), {
        method: 'POST',
        headers: { 'Content-Type': BATCH },
        body: JSON.stringify(batch),
        keepalive: true,
      });
      // What is refused for good would be refused again.
      const over = response.ok || (response.status < 500 && response.status !== 429);
      if (over) this.#gone(batch);
      this.#pauseMs = over ? PAUSE_MS : this.#longer();
    } catch {
      this.#pauseMs = this.#longer();
    }
    this.#timer = undefined;
    this.#later();
  }

  /** Nobody hears whether it arrived; it is kept no longer, for most do. */
  #last(): void {
    const batch = this.#waiting.slice(-MOST_AT_ONCE);
    if (batch.length === 0) return;
    const body = new Blob([JSON.stringify(batch)], { type: BATCH });
    if (navigator.sendBeacon(apiAddress('/api/events'), body)) this.#gone(batch);
  }

  #longer(): number {
    return Math.min(this.#pauseMs * 2, MOST_PAUSE_MS);
  }

  #gone(batch: readonly Told[]): void {
    const ids = new Set(batch.map((each) => each.id));
    this.#waiting = this.#waiting.filter((each) => !ids.has(each.id));
    this.#keep();
  }

  #keep(): void {
    write('sessionStorage', KEY, this.#waiting.length > 0 ? this.#waiting : null);
  }
}

/** One for the page: features tell, main.tsx starts it. */
export const events = new Events();

function told(kind: Kind, data: unknown): Told {
  return {
    specversion: '1.0',
    id: crypto.randomUUID(),
    source: '/storefront',
    type: `zerocart.${kind}.v1`,
    time: new Date().toISOString(),
    data,
  };
}

function isTold(value: unknown): value is Told[] {
  return isListOf(value, (each): each is Told => isObject(each) && isText(each.id) && isText(each.type));
}
