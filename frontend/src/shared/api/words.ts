/** Errors in the words of people: what happened, and what they can do about it. */
import { ApiError, SessionOver, Unreachable } from '@/shared/api/errors';

export type Told = {
  title: string;
  text: string;
  /** To quote when asking for help. */
  traceId: string | null;
  /** When trying again makes sense, where the shop said so. */
  retryAfterS: number | null;
};

export function explain(error: unknown): Told {
  if (error instanceof SessionOver) return told('Please log in', 'You are not logged in, or not any more.');
  if (error instanceof Unreachable) {
    return told('We cannot reach the shop', 'Check your connection. Nothing of yours is lost; try again in a moment.');
  }
  if (!(error instanceof ApiError)) {
    return told('Something went wrong', 'This is a mistake of ours. Reload the page and try again.');
  }
  const { traceId, retryAfterS } = error;
  return { ...ofStatus(error), traceId, retryAfterS };
}

function ofStatus(error: ApiError): Pick<Told, 'title' | 'text'> {
  switch (error.status) {
    case 401:
      return { title: 'Please log in', text: 'You are not logged in, or not any more.' };
    case 403:
      return { title: 'This is not open to you', text: 'Your account may not do this.' };
    case 404:
      return {
        title: 'We do not have this',
        text: 'It may have been sold for the last time, or the address is wrong.',
      };
    case 422:
      return { title: 'Something is not quite right', text: 'Please look at what you entered and try again.' };
    case 429:
      return {
        title: 'That was a little fast',
        text: `Too many tries in a short time. Wait ${wait(error)}, then go on.`,
      };
    case 502:
    case 503:
    case 504:
      return {
        title: 'The shop is busy',
        text: `A part of the shop is away for a moment. Try again in ${wait(error)}.`,
      };
    default:
      return { title: 'Something went wrong', text: 'This is a mistake of ours. Try again; if it stays, tell us.' };
  }
}

function wait(error: ApiError): string {
  const seconds = error.retryAfterS ?? 5;
  if (seconds >= 90) return `about ${Math.round(seconds / 60)} minutes`;
  return seconds === 1 ? 'a second' : `${seconds} seconds`;
}

function told(title: string, text: string): Told {
  return { title, text, traceId: null, retryAfterS: null };
}
