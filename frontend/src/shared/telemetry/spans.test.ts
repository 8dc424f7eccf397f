import { beforeEach, expect, test, vi } from 'vitest';
import type { Span } from '@/shared/telemetry/spans';

let spans: typeof import('@/shared/telemetry/spans');
let asked: Record<string, string>[] = [];

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  spans = await import('@/shared/telemetry/spans');
  asked = [];
  vi.stubGlobal('fetch', (_: string, init: { headers: Record<string, string> }) => {
    asked.push(init.headers);
    return Promise.resolve(new Response(null, { status: 200 }));
  });
});

test('what came of a click is in its trace, and what came long after is not', async () => {
  const seen: Span[] = [];
  spans.collect((span) => seen.push(span));
  spans.begin('click');
  await spans.traced('/api/cart', { method: 'PUT', headers: { 'If-Match': '*' } });
  await spans.traced('/api/orders');
  await vi.advanceTimersByTimeAsync(600);
  await spans.traced('/api/products');
  const [load, put, orders, click, products] = seen;
  expect(load?.name).toBe('documentLoad'); // over with the click
  expect([put?.name, orders?.name, click?.name, products?.name]).toEqual([
    'PUT /api/cart',
    'GET /api/orders',
    'click',
    'GET /api/products',
  ]);
  expect([put?.parentId, orders?.parentId]).toEqual([click?.spanId, click?.spanId]);
  expect(products?.traceId).not.toBe(click?.traceId);
  expect(asked[0]).toEqual({ 'If-Match': '*', traceparent: `00-${put?.traceId}-${put?.spanId}-01` });
});

test('what was asked before somebody collects is kept for him, of the load of the page', async () => {
  await spans.traced('/api/products?q=somebody@example.com');
  const seen: Span[] = [];
  spans.collect((span) => seen.push(span));
  expect(seen.map((span) => [span.name, span.traceId])).toEqual([['GET /api/products', spans.pageLoad.traceId]]);
  expect(JSON.stringify(seen)).not.toContain('somebody');
});

test('where nobody collects, no request asks for a record, and nothing is kept', async () => {
  spans.collect(null);
  spans.begin('click');
  await spans.traced('/api/products');
  expect(asked[0]?.traceparent).toMatch(/-00$/);
  const seen: Span[] = [];
  spans.collect((span) => seen.push(span));
  expect(seen).toEqual([]);
});

test('an address is told without whose it is', () => {
  expect(spans.withoutIds('/orders/0f8fad5b-d9cb-469f-a165-70867728950e/cancel')).toBe('/orders/{id}/cancel');
});

test('a request that fails is a span that says so, and fails as it did', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('nobody there')));
  const seen: Span[] = [];
  spans.collect((span) => seen.push(span));
  await expect(spans.traced('/api/products')).rejects.toThrow(TypeError);
  expect(seen).toMatchObject([{ failed: true, attributes: { 'error.type': 'TypeError' } }]);
});
