/** The one way to the shop's API: typed by its OpenAPI document, with the access token where a call needs one. */
import createClient from 'openapi-fetch';
import { takeAhead } from '@/shared/api/ahead';
import { apiError, SessionOver, Unreachable } from '@/shared/api/errors';
import type { paths } from '@/shared/api/schema';
import { API_URL } from '@/shared/lib/addresses';
import type { Session } from '@/shared/session/session';
import { traced } from '@/shared/telemetry/spans';

export type Api = ReturnType<typeof createApi>;

const NEEDS_TOKEN = /^\/api\/(cart|me|orders(\/.*)?|ops(\/.*)?)$/;

export function createApi(session: Session, baseUrl: string = API_URL || window.location.origin) {
  const send = async (request: Request): Promise<Response> => {
    if (!NEEDS_TOKEN.test(new URL(request.url).pathname)) return reach(request);
    const token = await session.token();
    const first = await reach(withToken(request.clone(), token));
    if (first.status !== 401) return first;
    return reach(withToken(request, await session.tokenAfter(token)));
  };
  return createClient<paths>({ baseUrl, fetch: send });
}

/** The content of an answer. Throws ApiError where the shop said no. */
export async function content<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw apiError(response, error);
  return data as T;
}

/** The same, with the answer around it, for who needs a header. */
export async function contentAndResponse<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<{ data: T; response: Response }> {
  const { data, error, response } = await call;
  if (!response.ok) throw apiError(response, error);
  return { data: data as T, response };
}

function withToken(request: Request, token: string): Request {
  request.headers.set('Authorization', `Bearer ${token}`);
  return request;
}

async function reach(request: Request): Promise<Response> {
  try {
    return await (takeAhead(request) ?? traced(request));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    if (error instanceof SessionOver) throw error;
    throw new Unreachable(error);
  }
}
