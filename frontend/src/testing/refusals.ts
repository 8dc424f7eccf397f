import { ApiError, type Problem } from '@/shared/api/errors';

/** An answer of the shop that is no, as the client throws it. */
export function refusal(status: number, problem: Partial<Problem> = {}, retryAfterS: number | null = null): ApiError {
  return new ApiError(status, problem, 'f'.repeat(32), retryAfterS);
}
