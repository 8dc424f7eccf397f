/**
 * Pictures as they come, over server-sent events. Not by EventSource: that one can send no token. The shop ends a stream
 * after some seconds; each time, and whenever it breaks, this asks again from the last picture on.
 */
import { createParser } from 'eventsource-parser';
import { isHopeless, type Picture } from '@/features/ops/api/ops';
import type { Api } from '@/shared/api/client';
import { apiError, pauseMs } from '@/shared/api/errors';

export type Told =
  { kind: 'picture'; picture: Picture } | { kind: 'trouble'; detail: string } | { kind: 'lost'; error: unknown };

type Open = (lastId: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

const AGAIN_MS = 500;

export function opener(api: Api): Open {
  return async (lastId, signal) => {
    const { data, error, response } = await api.GET('/api/ops/stream', {
      parseAs: 'stream',
      signal,
      headers: lastId === '' ? {} : { 'Last-Event-ID': lastId },
    });
    if (!response.ok || !data) throw apiError(response, error);
    return data;
  };
}

/** Tells of everything until the signal, or until asking again is of no use. */
export async function watch(open: Open, tell: (told: Told) => void, signal: AbortSignal, pause = later): Promise<void> {
  let lastId = '';
  let tries = 0;
  while (!signal.aborted) {
    let againMs = AGAIN_MS;
    try {
      for await (const event of events(await open(lastId, signal))) {
        tries = 0;
        lastId = event.id ?? lastId;
        if (event.name === 'picture') tell({ kind: 'picture', picture: JSON.parse(event.data) as Picture });
        else if (event.name === 'trouble') tell({ kind: 'trouble', ...(JSON.parse(event.data) as { detail: string }) });
      }
    } catch (error) {
      if (stopped(signal)) return;
      tell({ kind: 'lost', error });
      if (isHopeless(error)) return;
      againMs = pauseMs(tries, error);
      tries += 1;
    }
    await pause(againMs, signal);
  }
}

type Event = { id: string | undefined; name: string | undefined; data: string };

async function* events(stream: ReadableStream<Uint8Array>): AsyncGenerator<Event> {
  let ready: Event[] = [];
  const parser = createParser({
    onEvent: (event) => ready.push({ id: event.id, name: event.event, data: event.data }),
  });
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      const found = ready;
      ready = [];
      yield* found;
    }
  } finally {
    // Whoever stops listening lets the shop stop telling.
    await reader.cancel().catch(() => undefined);
  }
}

/** Asked anew each time: it changes while something is awaited. */
function stopped(signal: AbortSignal): boolean {
  return signal.aborted;
}

function later(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
