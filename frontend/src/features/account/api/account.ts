/** Who somebody is, and how he becomes one of us. */
import { queryOptions } from '@tanstack/react-query';
import { type Api, content } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';

export type NewAccount = components['schemas']['NewAccount'];

export function me(api: Api, login: string | null) {
  return queryOptions({
    queryKey: ['me', login],
    queryFn: ({ signal }) => content(api.GET('/api/me', { signal })),
    enabled: login !== null,
    staleTime: Infinity,
  });
}

export function register(api: Api, account: NewAccount) {
  return content(api.POST('/api/auth/register', { body: account }));
}

/** Where to go after logging in: a page of ours, whatever the address says. */
export function destination(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : '/';
}
