/** What the shop tells of its functions, and what it can be asked to do to them. */
import { type Api, content } from '@/shared/api/client';
import { ApiError } from '@/shared/api/errors';
import type { components } from '@/shared/api/schema';

export type Picture = components['schemas']['Picture'];
export type FunctionState = components['schemas']['Function'];
export type Revision = components['schemas']['Revision'];
export type BurstOrder = components['schemas']['Burst'];
export type Share = components['schemas']['Share'];

/** Each gives what was done, in the shop's words. */
export type Deed =
  | { deed: 'burst'; rate: number; seconds: number }
  | { deed: 'traffic'; service: string; shares: Share[] }
  | { deed: 'rollback'; service: string }
  | { deed: 'kill'; service: string }
  | { deed: 'redis-away' };

export async function carryOut(api: Api, order: Deed): Promise<string> {
  return (await content(send(api, order))).told;
}

function send(api: Api, order: Deed) {
  switch (order.deed) {
    case 'burst': {
      const { rate, seconds } = order;
      return api.POST('/api/ops/burst', { body: { rate, seconds, path: '/api/products' } });
    }
    case 'traffic': {
      const { service, shares } = order;
      return api.POST('/api/ops/traffic', { body: { service, shares } });
    }
    case 'rollback':
      return api.POST('/api/ops/rollback', { body: { service: order.service } });
    case 'kill':
      return api.POST('/api/ops/kill', { body: { service: order.service } });
    case 'redis-away':
      return api.POST('/api/ops/redis-away', { body: {} });
  }
}

/** Here nobody can look, or this account may not: asking again changes nothing. */
export function isHopeless(error: unknown): boolean {
  return error instanceof ApiError && [401, 403, 501].includes(error.status);
}
