import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Events } from '@/shared/telemetry/events';

type Batch = { id: string; type: string }[];
let sent: Batch[] = [];
let status = 202;

beforeEach(() => {
  sessionStorage.clear();
  vi.useFakeTimers();
  sent = [];
  status = 202;
  vi.stubGlobal('fetch', (_: string, init: { body: string }) => {
    sent.push(JSON.parse(init.body) as Batch);
    return Promise.resolve(new Response(null, { status }));
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const kept = () => JSON.parse(sessionStorage.getItem('zerocart.events') ?? '[]') as Batch;

test('what happens within a few seconds is told in one batch, and then no more', async () => {
  const events = new Events();
  events.start();
  events.tell('page.viewed', { page: '/' });
  events.tell('cart.changed', { sku: '1', add: 1 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent.map((batch) => batch.map((event) => event.type))).toEqual([
    ['zerocart.page.viewed.v1', 'zerocart.cart.changed.v1'],
  ]);
  expect(kept()).toEqual([]);
});

test('what was not told is told by the page that comes next, under the id that it had', async () => {
  new Events().tell('page.viewed', { page: '/' });
  const [before] = kept();
  const events = new Events();
  events.start();
  await vi.advanceTimersByTimeAsync(6_000);
  expect(sent.flat().map((event) => event.id)).toEqual([before?.id]);
});

test('a shop that is busy is told later, and more and more seldom', async () => {
  status = 503;
  const events = new Events();
  events.start();
  events.tell('page.viewed', { page: '/' });
  await vi.advanceTimersByTimeAsync(300_000);
  expect(sent.length).toBeGreaterThan(3);
  expect(sent.length).toBeLessThan(9);
  status = 202;
  await vi.advanceTimersByTimeAsync(130_000);
  expect(kept()).toEqual([]);
});

test('what is refused for good is not told again', async () => {
  status = 422;
  const events = new Events();
  events.start();
  events.tell('page.viewed', { page: '/' });
  await vi.advanceTimersByTimeAsync(300_000);
  expect(sent).toHaveLength(1);
});

test('a page that goes away tells the last of it by a beacon', async () => {
  const beacons: [string, Blob][] = [];
  vi.stubGlobal('navigator', {
    sendBeacon: (path: string, body: Blob) => {
      beacons.push([path, body]);
      return true;
    },
  });
  const events = new Events();
  events.start();
  events.tell('purchase.made', { items: [] });
  window.dispatchEvent(new Event('pagehide'));
  const [[path, body] = ['', new Blob()]] = beacons;
  expect([path, body.type]).toEqual(['/api/events', 'application/cloudevents-batch+json']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect([sent.flat(), kept()]).toEqual([[], []]);
});
