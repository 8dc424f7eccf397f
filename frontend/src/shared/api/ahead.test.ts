import { afterEach, expect, test, vi } from 'vitest';
import { askAhead, takeAhead } from '@/shared/api/ahead';

afterEach(() => void vi.unstubAllGlobals());

const ask = (path: string) => new Request(new URL(path, window.location.href));

function answering(answer: () => Promise<Response>) {
  const fetched = vi.fn(answer);
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

test('what was asked for ahead is taken once, however its parameters are written', async () => {
  const fetched = answering(() => Promise.resolve(new Response('goods')));
  askAhead('/api/products?limit=24&category=Bags+%26+Purses');
  const taken = takeAhead(ask('/api/products?limit=24&category=Bags%20%26%20Purses'));
  expect(await (await taken)?.text()).toBe('goods');
  expect(takeAhead(ask('/api/products?limit=24&category=Bags%20%26%20Purses'))).toBeUndefined();
  expect(fetched).toHaveBeenCalledOnce();
});

test('another request is asked for itself', () => {
  answering(() => Promise.resolve(new Response()));
  askAhead('/api/products?limit=24');
  expect(takeAhead(ask('/api/products?limit=24&q=lamp'))).toBeUndefined();
  expect(takeAhead(new Request(ask('/api/products?limit=24'), { method: 'POST' }))).toBeUndefined();
  expect(takeAhead(ask('/api/products?limit=24'))).toBeDefined();
});

test('that nothing answered is told to whoever takes it, and to nobody else', async () => {
  answering(() => Promise.reject(new TypeError('no network')));
  askAhead('/api/products?limit=24');
  await Promise.resolve();
  await expect(takeAhead(ask('/api/products?limit=24'))).rejects.toThrow('no network');
});
