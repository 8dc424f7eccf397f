/** One of the goods: asked for by its page, by the basket and by the checkout, and by all of them only once. */
import { queryOptions } from '@tanstack/react-query';
import { type Api, content } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';

export type Product = components['schemas']['Products']['items'][number];

export const FRESH_MS = 30_000;

export function product(api: Api, sku: string) {
  return queryOptions({
    queryKey: ['product', sku],
    queryFn: ({ signal }) => content(api.GET('/api/products/{sku}', { params: { path: { sku } }, signal })),
    staleTime: FRESH_MS,
  });
}
