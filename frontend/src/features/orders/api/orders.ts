/** What somebody has ordered. */
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Api, content } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';

export type Order = components['schemas']['Order'];
export type Status = Order['status'];

const PAGE = 10;
const LOOK_AGAIN_MS = 3_000;

export function orderPages(api: Api, login: string | null) {
  return infiniteQueryOptions({
    queryKey: ['orders', login],
    queryFn: ({ pageParam, signal }) => {
      const query = { limit: PAGE, ...(pageParam !== null && { cursor: pageParam }) };
      return content(api.GET('/api/orders', { params: { query }, signal }));
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** One order; as long as its payment is open, looked at again and again. */
export function order(api: Api, login: string | null, id: string) {
  return queryOptions({
    queryKey: ['order', login, id],
    queryFn: ({ signal }) => content(api.GET('/api/orders/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data && isOpen(state.data.status) ? LOOK_AGAIN_MS : false),
  });
}

export function cancel(api: Api, id: string): Promise<Order> {
  return content(api.POST('/api/orders/{id}/cancel', { params: { path: { id } } }));
}

export function isOpen(status: Status): boolean {
  return status === 'placed' || status === 'payment_pending';
}
