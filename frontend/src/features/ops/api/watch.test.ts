import { expect, test } from 'vitest';
import { type Told, watch } from '@/features/ops/api/watch';
import { ApiError, Unreachable } from '@/shared/api/errors';

const event = (id: string) => `id: ${id}\nevent: picture\ndata: {"at":"${id}"}\n\n`;

function stream(...pieces: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
}

/** Answers one after another; at the last one, nobody listens any more. */
async function told(...answers: (ReadableStream<Uint8Array> | Error)[]) {
  const over = new AbortController();
  const asked: string[] = [];
  const heard: Told[] = [];
  const open = (lastId: string) => {
    asked.push(lastId);
    const next = answers.shift();
    if (answers.length === 0) queueMicrotask(() => over.abort());
    return next instanceof Error || next === undefined ? Promise.reject(next ?? new Error()) : Promise.resolve(next);
  };
  await watch(
    open,
    (each) => heard.push(each),
    over.signal,
    () => Promise.resolve(),
  );
  return { asked, heard };
}

test('pictures come however the stream is cut, and the next stream goes on from the last', async () => {
  const { asked, heard } = await told(stream(event('1').slice(0, 9), event('1').slice(9) + event('2')), stream());
  expect(heard).toEqual([
    { kind: 'picture', picture: { at: '1' } },
    { kind: 'picture', picture: { at: '2' } },
  ]);
  expect(asked).toEqual(['', '2']);
});

test('a connection that breaks is told, and asked for again', async () => {
  const { asked, heard } = await told(new Unreachable(null), stream());
  expect(heard.map((each) => each.kind)).toEqual(['lost']);
  expect(asked).toHaveLength(2);
});

test.each([401, 403, 501])('after %d it does not ask again', async (status) => {
  const { asked } = await told(new ApiError(status, {}, null, null), stream(), stream());
  expect(asked).toEqual(['']);
});
