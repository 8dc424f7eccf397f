import { expect, test } from 'vitest';
import { figures, grown, inOrder, KEPT_S, milliseconds, type Moment } from '@/features/ops/api/figures';
import type { FunctionState, Picture, Revision } from '@/features/ops/api/ops';

const revision = (more: Partial<Revision>): Revision => ({
  ...{ traffic: 100, concurrency: null, rps: null, target: null, p50_ms: null, p99_ms: null },
  ...{ cold_starts: null, last_cold_start: null },
  ...{ name: 'a-00001', instances: 0, ready_instances: 0, desired: 0, panic: false, metric: 'concurrency' },
  ...more,
});
const state = (name: string, ...revisions: Revision[]): FunctionState => ({
  ...{ name, ready: true, reason: '', revisions, ready_revisions: [] },
});
const picture = (at: string, ...functions: FunctionState[]): Picture => ({
  ...{ at, source: 'engine', functions, parts: [], deeds: [], under_way: [] },
});

test('a tile sums its revisions, and shows the slowest', () => {
  const found = figures(
    state(
      'a',
      revision({ instances: 3, ready_instances: 2, desired: 3, concurrency: 8, target: 5, rps: 10, p99_ms: 40 }),
      revision({ instances: 1, ready_instances: 1, desired: 1, concurrency: 1, target: 5, rps: 2.5, p99_ms: 90 }),
    ),
  );
  expect(found).toMatchObject({
    ready: 3,
    instances: 4,
    desired: 4,
    concurrency: 9,
    capacity: 15,
    rps: 12.5,
    p99Ms: 90,
  });
});

test('what nobody knows is not a zero', () => {
  expect(figures(state('a', revision({})))).toMatchObject({ rps: null, p50Ms: null, coldStarts: null, atRest: true });
  expect(milliseconds(null)).toBe('–');
});

test('what runs comes before what rests', () => {
  const found = inOrder([state('a', revision({})), state('c', revision({ instances: 1 })), state('b', revision({}))]);
  expect(found.map((each) => each.name)).toEqual(['c', 'a', 'b']);
});

test('a timeline grows by newer pictures alone, and forgets', () => {
  const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000).toISOString();
  const busy = state('a', revision({ rps: 5, ready_instances: 2, desired: 3 }));
  let timeline: readonly Moment[] = grown([], picture(at(0), busy, busy));
  expect(timeline).toMatchObject([{ rps: 10, ready: 4, desired: 6 }]);
  expect(grown(timeline, picture(at(0), busy))).toBe(timeline);
  timeline = grown(timeline, picture(at(KEPT_S + 1), busy));
  expect(timeline.map((each) => each.rps)).toEqual([5]);
});
