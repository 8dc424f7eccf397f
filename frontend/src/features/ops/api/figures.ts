/** From pictures to what is shown: a tile's figures, and a timeline that grows and forgets. Pure. */
import type { FunctionState, Picture } from '@/features/ops/api/ops';

export type Figures = {
  ready: number;
  instances: number;
  desired: number;
  concurrency: number | null;
  /** What the instances there are can carry together. */
  capacity: number | null;
  rps: number | null;
  p50Ms: number | null;
  p99Ms: number | null;
  coldStarts: number | null;
  lastStartMs: number | null;
  panic: boolean;
  atRest: boolean;
};

export function figures(state: FunctionState): Figures {
  const { revisions } = state;
  const all = (pick: (revision: (typeof revisions)[number]) => number | null | undefined) =>
    revisions.map(pick).filter((value) => value !== null && value !== undefined);
  const sum = (values: number[]) => (values.length === 0 ? null : values.reduce((total, value) => total + value, 0));
  const most = (values: number[]) => (values.length === 0 ? null : Math.max(...values));
  const instances = sum(all((each) => each.instances)) ?? 0;
  const desired = sum(all((each) => each.desired)) ?? 0;
  const byConcurrency = revisions.filter((each) => each.metric !== 'rps');
  const targets = byConcurrency.filter((each) => each.target != null);
  return {
    ready: sum(all((each) => each.ready_instances)) ?? 0,
    instances,
    desired,
    concurrency: sum(all((each) => each.concurrency)),
    capacity: sum(targets.map((each) => (each.target ?? 0) * each.ready_instances)),
    rps: sum(all((each) => each.rps)),
    p50Ms: most(all((each) => each.p50_ms)),
    p99Ms: most(all((each) => each.p99_ms)),
    coldStarts: sum(all((each) => each.cold_starts)),
    lastStartMs: lastStartMs(state),
    panic: revisions.some((each) => each.panic),
    atRest: instances === 0 && desired === 0,
  };
}

function lastStartMs(state: FunctionState): number | null {
  const start = state.revisions.findLast((each) => each.last_cold_start != null)?.last_cold_start;
  return start ? start.total_s * 1000 : null;
}

/** What runs comes first, each half by name: a tile moves only when its function wakes or rests. */
export function inOrder(functions: readonly FunctionState[]): FunctionState[] {
  const rest = (state: FunctionState) => (figures(state).atRest ? 1 : 0);
  return functions.toSorted((one, other) => rest(one) - rest(other) || one.name.localeCompare(other.name));
}

export type Moment = { atS: number; rps: number; concurrency: number; ready: number; desired: number };
export const KEPT_S = 300;

/** The timeline with one picture more; a picture that is not newer changes nothing. */
export function grown(timeline: readonly Moment[], picture: Picture): readonly Moment[] {
  const atS = Date.parse(picture.at) / 1000;
  const last = timeline.at(-1);
  if (Number.isNaN(atS) || (last && atS <= last.atS)) return timeline;
  const moment = { atS, rps: 0, concurrency: 0, ready: 0, desired: 0 };
  for (const state of picture.functions) {
    const found = figures(state);
    moment.rps += found.rps ?? 0;
    moment.concurrency += found.concurrency ?? 0;
    moment.ready += found.ready;
    moment.desired += found.desired;
  }
  return [...timeline.filter((each) => each.atS > atS - KEPT_S), moment];
}

export function milliseconds(value: number | null): string {
  if (value === null) return '–';
  if (value < 1) return '<1 ms';
  return value >= 1000 ? `${(value / 1000).toFixed(1)} s` : `${value.toFixed(0)} ms`;
}

export function amount(value: number | null): string {
  if (value === null) return '–';
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1);
}
