/** The cart that the server keeps, as lines and the version they are of. */
import type { Base } from '@/features/cart/api/cart-store';
import type { Line } from '@/features/cart/api/changes';
import { type Api, contentAndResponse } from '@/shared/api/client';
import type { components } from '@/shared/api/schema';

export type CartServer = {
  read(): Promise<Base>;
  replace(lines: Line[], etag: string): Promise<Base>;
};

export function cartServer(api: Api): CartServer {
  return {
    read: async () => base(await contentAndResponse(api.GET('/api/cart'))),
    replace: async (items, etag) =>
      base(
        await contentAndResponse(api.PUT('/api/cart', { params: { header: { 'If-Match': etag } }, body: { items } })),
      ),
  };
}

/** What is no longer sold is not among the items, and so not in the lines: the next change takes it out for good. */
function base({ data, response }: { data: components['schemas']['Cart']; response: Response }): Base {
  const lines = data.items.map(({ sku, quantity }) => ({ sku, quantity }));
  return { lines, etag: response.headers.get('etag') ?? '*' };
}
