/** How the storefront asks: again when the shop says when, or when nothing answered; never for what was refused. */
import { QueryClient } from '@tanstack/react-query';
import { ApiError, isPassing, pauseMs } from '@/shared/api/errors';

const MOST_TRIES = 4;
const MOST_PATIENCE_S = 10;

export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < MOST_TRIES && (isPassing(error) || isBriefPause(error)),
        retryDelay: pauseMs,
        staleTime: 5_000,
      },
      mutations: { retry: false },
    },
  });
}

/** 429 with a pause that somebody who looks at a page still waits for. */
function isBriefPause(error: unknown): boolean {
  return error instanceof ApiError && error.status === 429 && (error.retryAfterS ?? MOST_PATIENCE_S) < MOST_PATIENCE_S;
}
