import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from 'react';
import { useCartStore } from '@/features/cart/api/use-cart';
import { Checkout, type Phase } from '@/features/checkout/api/checkout';
import { content } from '@/shared/api/client';
import { useApi } from '@/shared/session/services';
import { events } from '@/shared/telemetry/events';

const CheckoutContext = createContext<Checkout | null>(null);

/** Around all pages, not in the checkout's own: what works goes on when somebody looks elsewhere. */
export function CheckoutProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const cart = useCartStore();
  const [checkout] = useState(
    () =>
      new Checkout(
        {
          place: (items, card, key) =>
            content(
              api.POST('/api/orders', {
                params: { header: { 'Idempotency-Key': key } },
                body: { items, payment: { card } },
              }),
            ),
          newest: async () => (await content(api.GET('/api/orders', { params: { query: { limit: 10 } } }))).items,
        },
        (items) => {
          events.tell('purchase.made', { items });
          cart.takeOut(items);
        },
      ),
  );
  return <CheckoutContext value={checkout}>{children}</CheckoutContext>;
}

export function useCheckout(): { checkout: Checkout; phase: Phase } {
  const checkout = useContext(CheckoutContext);
  if (checkout === null) throw new Error('no CheckoutProvider is around this');
  return { checkout, phase: useSyncExternalStore(checkout.subscribe, checkout.phase) };
}
