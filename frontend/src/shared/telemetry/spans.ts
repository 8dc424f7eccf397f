/**
 * What this page sees of a trace, from the first line that runs: what somebody did, and the requests that came of it.
 *
 * A request carries W3C's traceparent, so that the gateway's and the functions' spans are of the same trace. What nobody
 * collects yet waits here; `traces.ts` comes later and takes it, when the first goods are shown. A script cannot know what
 * led to a request; here it is what was done last, as long as that has requests under way, and half a second more.
 * Paths are told, and nothing of a query: there people's words are.
 */
export type Span = {
  name: string;
  kind: 'client' | 'internal';
  traceId: string;
  spanId: string;
  parentId: string | null;
  startMs: number;
  endMs: number;
  attributes: Record<string, string | number>;
  failed: boolean;
};
type Doing = { span: Span; running: number; requests: number };

/** What nobody did: a clock, another tab, a network that is back. */
const BACKGROUND = 'background';
const LINGER_MS = 500;
const MOST_WAITING = 200;
const ID = /[0-9a-f]{8}-[0-9a-f-]{27}/gi;

const waiting: Span[] = [];
let take: ((span: Span) => void) | null = null;
let recorded = true;
export const pageLoad = span('documentLoad', 'internal', null, performance.timeOrigin);
let doing: Doing = { span: pageLoad, running: 0, requests: 1 };
let closing: ReturnType<typeof setTimeout> | undefined;

/** Who takes spans from now on, those before it first; null: nobody ever, and no request asks for a record any more. */
export function collect(taker: ((span: Span) => void) | null): void {
  take = taker;
  recorded = taker !== null;
  for (const each of waiting.splice(0)) taker?.(each);
}

/** Somebody does something: what is asked for next came of it. */
export function begin(name: string, attributes: Record<string, string> = {}): void {
  if (!recorded) return;
  close();
  doing = { span: { ...span(name, 'internal', null, nowMs()), attributes }, running: 0, requests: 0 };
  linger();
}

/** `fetch` as a span, which the server's continue. */
export async function traced(input: Request | string, init?: RequestInit): Promise<Response> {
  const { pathname } = new URL(typeof input === 'string' ? input : input.url, window.location.href);
  const method = (typeof input === 'string' ? init?.method : input.method) ?? 'GET';
  const path = withoutIds(pathname);
  const cause = doing;
  const own = span(`${method} ${path}`, 'client', cause.span, nowMs());
  own.attributes = { 'http.request.method': method, 'url.path': path };
  const traceparent = `00-${own.traceId}-${own.spanId}-${recorded ? '01' : '00'}`;
  cause.running += 1;
  cause.requests += 1;
  if (cause.span.name === BACKGROUND && cause.requests === 1) cause.span.startMs = own.startMs;
  try {
    const response = await (typeof input === 'string'
      ? fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), traceparent } })
      : fetch(withHeader(input, traceparent)));
    own.attributes['http.response.status_code'] = response.status;
    own.failed = response.status >= 500;
    return response;
  } catch (error) {
    own.attributes['error.type'] = error instanceof Error ? error.name : 'unknown';
    own.failed = true;
    throw error;
  } finally {
    cause.running -= 1;
    finish(own);
    if (cause === doing) linger();
    else cause.span.endMs = own.endMs;
  }
}

/** A span that was measured elsewhere, of the load of this page. */
export function ofPageLoad(name: string, startMs: number, endMs: number, attributes: Span['attributes'] = {}): Span {
  return { ...span(name, 'internal', pageLoad, startMs), endMs, attributes };
}

/** A path without whose it is. */
export function withoutIds(pathname: string): string {
  return pathname.replace(ID, '{id}');
}

function span(name: string, kind: Span['kind'], parent: Span | null, startMs: number): Span {
  return {
    name,
    kind,
    traceId: parent?.traceId ?? randomHex(16),
    spanId: randomHex(8),
    parentId: parent?.spanId ?? null,
    startMs,
    endMs: startMs,
    attributes: {},
    failed: false,
  };
}

function finish(each: Span): void {
  each.endMs = nowMs();
  if (take) take(each);
  else if (recorded && waiting.length < MOST_WAITING) waiting.push(each);
}

/** After the last request of what was done, and a little more, it is over; a click that asked for nothing is none. */
function linger(): void {
  clearTimeout(closing);
  closing = setTimeout(() => {
    if (doing.running === 0) close();
  }, LINGER_MS);
}

function close(): void {
  clearTimeout(closing);
  const over = doing;
  doing = { span: span(BACKGROUND, 'internal', null, nowMs()), running: 0, requests: 0 };
  if (over.requests > 0) finish(over.span);
}

function withHeader(request: Request, traceparent: string): Request {
  request.headers.set('traceparent', traceparent);
  return request;
}

function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

function randomHex(bytes: number): string {
  return [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
