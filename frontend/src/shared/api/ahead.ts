/**
 * What is asked for ahead: the answer that the first page will need, on its way while the storefront's own script is still
 * read. Whoever asks for the same afterwards gets that answer, once.
 */
import { apiAddress } from '@/shared/lib/addresses';
import { traced } from '@/shared/telemetry/spans';

const waiting = new Map<string, Promise<Response>>();

export function askAhead(path: string): void {
  const url = new URL(apiAddress(path), window.location.href);
  const answer = traced(new Request(url));
  answer.catch(() => undefined); // whoever takes it is told
  waiting.set(keyOf(url), answer);
}

/** The answer that was asked for ahead of this request; undefined where none was, or it is taken. */
export function takeAhead(request: Request): Promise<Response> | undefined {
  if (request.method !== 'GET' || waiting.size === 0) return undefined;
  const key = keyOf(new URL(request.url));
  const answer = waiting.get(key);
  waiting.delete(key);
  return answer;
}

/** However its parameters are written. */
function keyOf(url: URL): string {
  return `${url.origin}${url.pathname}?${url.searchParams.toString()}`;
}
