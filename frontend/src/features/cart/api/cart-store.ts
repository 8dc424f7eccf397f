/**
 * The cart of this browser: shown at once, sent when it can be, and nothing lost on the way.
 *
 * All tabs share what lies in localStorage: the base (the server's cart as last seen) and the changes that are not sent
 * yet. One tab at a time sends, under a lock. A change that met another one (412) is made again on top of what is there
 * now. Where an answer was lost, the next look at the server's cart tells whether it had arrived: then it is not made twice.
 */
import type { CartServer } from '@/features/cart/api/cart-server';
import { applied, type Change, isLine, type Line, same } from '@/features/cart/api/changes';
import { isPendingKey, PendingChanges } from '@/features/cart/api/pending-changes';
import { ApiError, isPassing, pauseMs, SessionOver } from '@/shared/api/errors';
import { isListOf, isObject, isText, onChangeElsewhere, read, write } from '@/shared/lib/storage';
import { events } from '@/shared/telemetry/events';

const KEY = 'zerocart.cart';
const LOCK = 'zerocart-cart';
const MOST_TRIES = 6;

export type Base = { lines: Line[]; etag: string };
/** Written by the tab that sends, alone. */
type Kept = {
  login: string | null;
  /** With the changes that are in it: another tab may see the base before it sees that they are no longer pending. */
  base: (Base & { included: string[] }) | null;
  /** What was sent last without an answer. */
  sent: { ids: string[]; lines: Line[] } | null;
};
export type View = {
  lines: readonly Line[];
  /** `local`: nobody is logged in. `stuck`: it is not sent, for the reason in `error`. */
  state: 'local' | 'loading' | 'saving' | 'saved' | 'stuck';
  error: unknown;
  /** Goods that were taken out because they are no longer sold. */
  gone: readonly string[];
};

const EMPTY: Kept = { login: null, base: null, sent: null };

export class CartStore {
  #kept = stored() ?? EMPTY;
  #login: string | null = null;
  #sending: Promise<void> | null = null;
  #error: unknown = null;
  #gone: readonly string[] = [];
  #view: View | null = null;
  readonly #changes = new PendingChanges();
  readonly #listeners = new Set<() => void>();

  constructor(
    private readonly server: CartServer,
    private readonly pause: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  ) {
    onChangeElsewhere((key) => {
      if (key === KEY || key === null || isPendingKey(key)) this.#read();
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): View => (this.#view ??= this.#seen());

  /** Say who is logged in. What is not sent yet goes into his cart; what was another's is no longer shown. */
  belongTo(login: string | null): Promise<void> {
    this.#login = login;
    this.#read();
    if (this.#kept.login !== login) this.#keep({ login, base: null, sent: null });
    this.#error = null;
    return this.sync();
  }

  add(sku: string, quantity: number): void {
    this.#change({ sku, add: quantity });
  }

  set(sku: string, quantity: number): void {
    this.#change({ sku, set: quantity });
  }

  /** Take out what was bought, and leave what came in since. */
  takeOut(lines: readonly Line[]): void {
    for (const line of lines) this.#change({ sku: line.sku, add: -line.quantity });
  }

  /** After a logout: leave nothing here for whoever comes next. */
  clear(): void {
    this.#changes.remove(this.#changes.all().map((change) => change.id));
    this.#keep({ base: null, sent: null });
  }

  /** Look at the server's cart and send what is not sent. Never throws: `view().error` says what is in the way. */
  sync(): Promise<void> {
    if (this.#login !== null) {
      this.#sending ??= this.#send().finally(() => {
        this.#sending = null;
        this.#changed();
      });
    }
    this.#changed();
    return this.#sending ?? Promise.resolve();
  }

  #change(change: { sku: string } & ({ add: number } | { set: number })): void {
    this.#changes.add(change);
    events.tell('cart.changed', change);
    this.#gone = [];
    this.#changed();
    const busy = this.#sending;
    void (busy ? busy.then(() => (this.#pending().length > 0 ? this.sync() : undefined)) : this.sync());
  }

  async #send(): Promise<void> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      try {
        await exclusively(() => this.#exchange());
        this.#error = null;
        if (this.#pending().length === 0) return;
      } catch (error) {
        this.#error = error;
        if (error instanceof SessionOver || this.#login === null) return;
        if (this.#dropRefused(error) || isStale(error)) continue;
        if (!isPassing(error) || tries === MOST_TRIES - 1) return;
        this.#changed();
        await this.pause(pauseMs(tries, error));
      }
    }
  }

  /** One look or one change, with no other tab in between. */
  async #exchange(): Promise<void> {
    this.#read();
    const login = this.#login;
    const { base, sent } = this.#kept;
    if (base === null || sent !== null || this.#pending().length === 0) {
      const now = await this.server.read();
      if (login !== this.#login) return;
      // Where the last answer was lost, what is there now tells whether its changes had arrived.
      const arrived = sent !== null && same(now.lines, sent.lines) ? sent.ids : [];
      this.#have(now, arrived);
    }
    const pending = this.#pending();
    if (pending.length === 0 || this.#kept.base === null) return;
    const lines = applied(this.#kept.base.lines, pending);
    const ids = pending.map((change) => change.id);
    const { etag } = this.#kept.base;
    this.#keep({ sent: { ids, lines } });
    try {
      const next = await this.server.replace(lines, etag);
      if (login === this.#login) this.#have(next, ids);
    } catch (error) {
      if (error instanceof ApiError && !isPassing(error)) this.#keep({ sent: null }); // it was refused, for certain
      if (isStale(error)) this.#keep({ base: null });
      throw error;
    }
  }

  /** The server's cart is this, and these changes are in it. */
  #have(base: Base, included: string[]): void {
    this.#keep({ base: { ...base, included }, sent: null });
    this.#changes.remove(included);
    this.#changed();
  }

  /** Goods that are no longer sold are named by the refusal; their changes can never be sent. */
  #dropRefused(error: unknown): boolean {
    if (!(error instanceof ApiError) || error.status !== 422) return false;
    const pending = this.#pending();
    const lines = applied(this.#kept.base?.lines ?? [], pending);
    const indexes = (error.problem.errors ?? []).map((each) => Number(/^items\[(\d+)\]/.exec(each.field)?.[1]));
    const skus = new Set(indexes.map((index) => lines[index]?.sku).filter((sku) => sku !== undefined));
    const refused = pending.filter((change) => skus.has(change.sku));
    if (refused.length === 0) return false;
    this.#gone = [...this.#gone, ...skus];
    this.#changes.remove(refused.map((change) => change.id));
    return true;
  }

  #pending(): Change[] {
    const included = new Set(this.#kept.base?.included);
    return this.#changes.all().filter((change) => !included.has(change.id));
  }

  #read(): void {
    const latest = stored();
    if (latest !== null && (latest.login === this.#login || this.#login === null)) this.#kept = latest;
    this.#changed();
  }

  #keep(part: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...part };
    write('localStorage', KEY, this.#kept);
    this.#changed();
  }

  #changed(): void {
    this.#view = null;
    for (const listener of this.#listeners) listener();
  }

  #seen(): View {
    const pending = this.#pending();
    const lines = applied(this.#kept.base?.lines ?? [], pending);
    const gone = this.#gone;
    if (this.#login === null) return { lines, state: 'local', error: null, gone };
    if (this.#error !== null && this.#sending === null) return { lines, state: 'stuck', error: this.#error, gone };
    if (this.#kept.base === null) return { lines, state: 'loading', error: this.#error, gone };
    return { lines, state: pending.length > 0 ? 'saving' : 'saved', error: this.#error, gone };
  }
}

function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}

async function exclusively(work: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request(LOCK, work);
}

/** Null where nothing is kept, or the browser keeps nothing. */
function stored(): Kept | null {
  return read('localStorage', KEY, isKept);
}

function isKept(value: unknown): value is Kept {
  if (!isObject(value)) return false;
  const { login, base, sent } = value;
  const isBase =
    base === null ||
    (isObject(base) && isText(base.etag) && isListOf(base.lines, isLine) && isListOf(base.included, isText));
  const isSent = sent === null || (isObject(sent) && isListOf(sent.ids, isText) && isListOf(sent.lines, isLine));
  return (login === null || isText(login)) && isBase && isSent;
}
