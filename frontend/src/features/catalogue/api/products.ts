/** The goods, a page at a time. */
import { infiniteQueryOptions } from '@tanstack/react-query';
import { type Api, content } from '@/shared/api/client';
import { FRESH_MS } from '@/shared/api/products';

export type Search = { q: string; category: string };

const PAGE = 24;

export function pages(api: Api, search: Search) {
  return infiniteQueryOptions({
    queryKey: ['products', search],
    queryFn: ({ pageParam, signal }) =>
      content(api.GET('/api/products', { params: { query: query(search, pageParam) }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: FRESH_MS,
  });
}

function query({ q, category }: Search, cursor: string | null) {
  return { limit: PAGE, ...(q && { q }), ...(category && { category }), ...(cursor !== null && { cursor }) };
}
