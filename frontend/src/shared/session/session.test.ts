import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ApiError, SessionOver, Unreachable } from '@/shared/api/errors';
import { Session } from '@/shared/session/session';

type Asked = { path: string; headers: Record<string, string>; body: unknown };

let asked: Asked[] = [];
let answers: (() => Response | Promise<Response>)[] = [];
const tokens =
  (name: string, expiresInS = 900) =>
  () =>
    Response.json({ access_token: name, token_type: 'Bearer', expires_in: expiresInS });
const problem =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    Response.json({ type: 'unauthorized' }, { status, headers: { 'x-trace-id': 'a'.repeat(32), ...headers } });

afterEach(() => vi.unstubAllGlobals());
beforeEach(() => {
  asked = [];
  answers = [];
  vi.stubGlobal('fetch', (path: string, init: { headers: Record<string, string>; body?: unknown }) => {
    asked.push({ path, headers: init.headers, body: init.body });
    const answer = answers.shift();
    return answer ? Promise.resolve(answer()) : Promise.reject(new TypeError('nobody there'));
  });
});

const CREDENTIALS = { email: 'ada@example.com', password: 'a long enough one' };

async function loggedIn(expiresInS = 900): Promise<Session> {
  const session = new Session();
  answers.push(tokens('first', expiresInS));
  await session.begin(CREDENTIALS);
  return session;
}

test('nobody is logged in at first, and nothing is asked to find that out', async () => {
  await expect(new Session().token()).rejects.toBeInstanceOf(SessionOver);
  expect(asked).toEqual([]);
});

test('the refresh token is asked for in a cookie, and no token and no address is stored where a script can read it', async () => {
  const session = await loggedIn();
  expect(await session.token()).toBe('first');
  expect(asked[0]).toMatchObject({ path: '/api/auth/login', headers: { 'X-Refresh-Token': 'cookie' } });
  const stored = JSON.stringify([localStorage, sessionStorage]);
  expect(stored).not.toMatch(/first|ada|enough/);
});

test('a page that is opened later asks for a token of the same session', async () => {
  await loggedIn();
  const reloaded = new Session();
  answers.push(tokens('second'));
  expect(await reloaded.token()).toBe('second');
  expect(asked[1]).toMatchObject({ path: '/api/auth/refresh', headers: { 'X-Refresh-Token': 'cookie' }, body: '{}' });
});

test('however many ask at once for a token that is over, there is one refresh', async () => {
  const session = await loggedIn(5);
  answers.push(tokens('second'));
  expect(await Promise.all([session.token(), session.token(), session.tokenAfter('first')])).toEqual(
    Array(3).fill('second'),
  );
  expect(asked).toHaveLength(2);
});

test('a session that is over is over in this tab, and only once asked for', async () => {
  const session = await loggedIn(5);
  const told = vi.fn();
  session.subscribe(told);
  answers.push(problem(401));
  await expect(session.token()).rejects.toBeInstanceOf(SessionOver);
  await expect(session.token()).rejects.toBeInstanceOf(SessionOver);
  expect(session.login()).toBeNull();
  expect(told).toHaveBeenCalledOnce();
  expect(asked).toHaveLength(2);
});

test('a shop that is away ends no session', async () => {
  const session = await loggedIn(5);
  answers.push(problem(503, { 'retry-after': '2' }));
  await expect(session.token()).rejects.toMatchObject({ status: 503, retryAfterS: 2 });
  await expect(session.token()).rejects.toBeInstanceOf(Unreachable);
  answers.push(tokens('second'));
  // Whether the last one arrived is not known, so its answer is waited for.
  vi.useFakeTimers();
  const waiting = session.token();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(1_500);
  expect(await waiting).toBe('second');
  vi.useRealTimers();
});

test('a wrong password is no end of anything', async () => {
  const session = new Session();
  answers.push(problem(401));
  await expect(session.begin(CREDENTIALS)).rejects.toBeInstanceOf(ApiError);
  expect(session.login()).toBeNull();
});

test('what another tab does is noticed: its login, and its logout', async () => {
  const session = await loggedIn();
  const other = JSON.stringify('another login');
  localStorage.setItem('zerocart.login', other);
  window.dispatchEvent(new StorageEvent('storage', { key: 'zerocart.login', newValue: other }));
  answers.push(tokens('of the other'));
  expect(await session.token()).toBe('of the other');
  localStorage.clear();
  window.dispatchEvent(new StorageEvent('storage', { key: null }));
  await expect(session.token()).rejects.toBeInstanceOf(SessionOver);
});

test('a refresh that a page did not live to see answered is waited for, so that its token does not come twice', async () => {
  vi.useFakeTimers();
  await loggedIn();
  localStorage.setItem('zerocart.refresh-begun', String(Date.now()));
  answers.push(tokens('second'));
  const waiting = new Session().token();
  await vi.advanceTimersByTimeAsync(2_900);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(await waiting).toBe('second');
  vi.useRealTimers();
});

test('tabs refresh one after the other, however long each takes: never two tokens under way', async () => {
  await loggedIn();
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { locks: new Locks() });
  let [underWay, most] = [0, 0];
  const slowly = (name: string) => async () => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    underWay -= 1;
    return tokens(name)();
  };
  answers.push(slowly('second'), slowly('third'));
  const both = Promise.all([new Session().token(), new Session().token()]);
  await vi.advanceTimersByTimeAsync(25_000);
  expect(await both).toEqual(['second', 'third']);
  expect(most).toBe(1);
  vi.useRealTimers();
});

/** Locks as the browser has them, for one name. */
class Locks {
  #last: Promise<unknown> = Promise.resolve();
  request = (_: string, work: () => Promise<unknown>) => (this.#last = this.#last.then(work));
}

test('logging out tells the shop, and then forgets', async () => {
  const session = await loggedIn();
  answers.push(() => new Response(null, { status: 204 }));
  await session.end();
  expect(session.login()).toBeNull();
  expect(asked[1]).toMatchObject({
    path: '/api/auth/logout',
    headers: { Authorization: 'Bearer first', 'X-Refresh-Token': 'cookie' },
  });
});

test('a logout that the shop was not told of is none', async () => {
  const session = await loggedIn();
  answers.push(problem(503, { 'retry-after': '2' }));
  await expect(session.end()).rejects.toMatchObject({ status: 503 });
  await expect(session.end()).rejects.toBeInstanceOf(Unreachable);
  expect(await session.token()).toBe('first');
});
