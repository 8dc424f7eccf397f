/** What can come back in place of an answer: the shop's own problem document, or nothing at all. */
import type { components } from '@/shared/api/schema';

/** RFC 9457, with the members that single problems have beside the standard ones. */
export type Problem = components['schemas']['ProblemDocument'] & { skus?: string[]; order_id?: string };

/** The shop answered, and the answer is no. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly problem: Partial<Problem>,
    readonly traceId: string | null,
    readonly retryAfterS: number | null,
  ) {
    super(problem.detail ?? `The shop answered ${status}`);
  }

  get type(): string {
    return this.problem.type ?? 'unknown';
  }
}

/** Nothing answered: no network, or nobody there. Whether the request arrived is not known. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';

  constructor(cause: unknown) {
    super('The shop cannot be reached', { cause });
  }
}

/** Nobody is logged in, or not any more. */
export class SessionOver extends Error {
  override readonly name = 'SessionOver';

  constructor() {
    super('Nobody is logged in');
  }
}

/** The error that a refusal is. */
export async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  return apiError(response, parsed(text));
}

export function apiError(response: Response, body: unknown): ApiError {
  const problem = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  const traceId = response.headers.get('x-trace-id') ?? problem.trace_id ?? null;
  return new ApiError(response.status, problem, traceId, Number.isNaN(seconds) ? null : seconds);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const PASSING = new Set([502, 503, 504]);

/** Whether the same request may well succeed a little later. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof ApiError && PASSING.has(error.status));
}

/** How long to wait before the next try: what the shop said, or else longer each time. */
export function pauseMs(tries: number, error: unknown): number {
  if (error instanceof ApiError && error.retryAfterS !== null) return error.retryAfterS * 1000;
  return Math.min(400 * 2 ** tries, 8000);
}
