/**
 * Who is logged in, in this tab and in the others.
 *
 * The access token is in memory alone, and the refresh token in a cookie that no script can read: what a script could
 * steal here is worth 15 minutes at most. What lies in localStorage is only that somebody is logged in, as a name that
 * changes with each login, so that tabs notice one another.
 *
 * The server ends a session whose refresh token comes twice. So all tabs refresh one after the other, under one lock;
 * and after a page that went away in the middle of a refresh, the next one waits until that answer's cookie has come.
 */
import { errorOf, SessionOver, Unreachable } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';
import { apiAddress } from '@/shared/lib/addresses';
import { isNumber, isText, onChangeElsewhere, read, write } from '@/shared/lib/storage';
import { traced } from '@/shared/telemetry/spans';

type Tokens = components['schemas']['Tokens'];
export type Credentials = components['schemas']['Credentials'];

const LOGIN = 'zerocart.login';
const BEGUN = 'zerocart.refresh-begun';
const LOCK = 'zerocart-refresh';
const IN_COOKIE = { 'Content-Type': 'application/json', 'X-Refresh-Token': 'cookie' };
/** A token that ends within this time is renewed first: clocks differ, and requests take a moment. */
const SPARE_MS = 20_000;
/** By then a refresh that a page began before it went away has had its answer. */
const INTERRUPTED_MS = 3_000;

export class Session {
  #token: { value: string; endsAtMs: number } | null = null;
  #login = read('localStorage', LOGIN, isText);
  #renewing: Promise<string> | null = null;
  readonly #listeners = new Set<() => void>();

  constructor() {
    onChangeElsewhere((key) => {
      if (key === LOGIN || key === null) this.#became(read('localStorage', LOGIN, isText));
    });
  }

  /** A name of this login, another for each; null while nobody is logged in. */
  readonly login = (): string | null => this.#login;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** An access token that counts for now. Throws SessionOver, or why it cannot be had at the moment. */
  async token(): Promise<string> {
    if (this.#login === null) throw new SessionOver();
    if (this.#token !== null && this.#token.endsAtMs - SPARE_MS > Date.now()) return this.#token.value;
    return this.#renew();
  }

  /** The token after one that was refused. */
  async tokenAfter(refused: string): Promise<string> {
    if (this.#token?.value === refused) this.#token = null;
    return this.token();
  }

  async begin(credentials: Credentials): Promise<void> {
    const tokens = await locked(() => post('/api/auth/login', JSON.stringify(credentials)));
    const login = crypto.randomUUID();
    write('localStorage', LOGIN, login);
    this.#became(login);
    this.#keep(tokens);
  }

  /** Log out. Throws where the shop cannot be told: then the session still is, and it would be wrong to say otherwise. */
  async end(): Promise<void> {
    try {
      const headers = { 'X-Refresh-Token': 'cookie', Authorization: `Bearer ${await this.token()}` };
      const response = await reach('/api/auth/logout', { method: 'POST', headers, keepalive: true });
      if (!response.ok && response.status !== 401) throw await errorOf(response);
    } catch (error) {
      if (!(error instanceof SessionOver)) throw error;
    }
    this.#over();
  }

  #renew(): Promise<string> {
    this.#renewing ??= locked(() => this.#refresh()).finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #refresh(): Promise<string> {
    await interruptedRefresh();
    if (read('localStorage', LOGIN, isText) === null) throw new SessionOver(); // another tab has logged out meanwhile
    write('localStorage', BEGUN, Date.now());
    try {
      const tokens = await post('/api/auth/refresh', '{}');
      write('localStorage', BEGUN, null);
      this.#keep(tokens);
      return tokens.access_token;
    } catch (error) {
      // Without an answer the mark stays: it may still come, also where it is only this page that goes away.
      if (!(error instanceof Unreachable)) write('localStorage', BEGUN, null);
      if (error instanceof SessionOver) this.#over();
      throw error;
    }
  }

  #keep(tokens: Tokens): void {
    this.#token = { value: tokens.access_token, endsAtMs: Date.now() + tokens.expires_in * 1000 };
  }

  #over(): void {
    write('localStorage', LOGIN, null);
    this.#became(null);
  }

  #became(login: string | null): void {
    if (login === this.#login) return;
    this.#login = login;
    this.#token = null; // it is another person's, or nobody's
    for (const listener of this.#listeners) listener();
  }
}

/** Alone among all tabs. Where a browser has no locks (a page without TLS that is not localhost) each tab is on its own. */
async function locked<T>(work: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request(LOCK, work) as Promise<T>;
}

async function interruptedRefresh(): Promise<void> {
  const begunAtMs = read('localStorage', BEGUN, isNumber) ?? 0;
  const leftMs = begunAtMs + INTERRUPTED_MS - Date.now();
  if (leftMs > 0 && leftMs <= INTERRUPTED_MS) await new Promise((resolve) => setTimeout(resolve, leftMs));
}

async function post(path: string, body: string): Promise<Tokens> {
  // keepalive: the answer, and its cookie, arrives also when the page goes away.
  const response = await reach(path, { method: 'POST', headers: IN_COOKIE, body, keepalive: true });
  if (response.ok) return (await response.json()) as Tokens;
  if (response.status === 401 && path === '/api/auth/refresh') throw new SessionOver();
  throw await errorOf(response);
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await traced(apiAddress(path), init);
  } catch (error) {
    throw new Unreachable(error);
  }
}
