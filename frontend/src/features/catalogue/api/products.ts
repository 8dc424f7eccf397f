/** The goods, a page at a time. */
import { infiniteQueryOptions } from '@tanstack/react-query';
import { query, type Search } from '@/features/catalogue/api/search';
import { type Api, content } from '@/shared/api/client';
import { FRESH_MS } from '@/shared/api/products';

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
