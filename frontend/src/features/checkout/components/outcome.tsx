/** How a payment went that did not become an order, and what can be done. */
import Box from '@mui/material/Box';
import { Link } from 'react-router';
import { useCartStore } from '@/features/cart/api/use-cart';
import type { PricedLine } from '@/features/cart/api/use-priced-lines';
import type { Outcome as Came } from '@/features/checkout/api/checkout';
import { ApiError, isPassing } from '@/shared/api/errors';
import { Action } from '@/shared/components/action';
import { Failure } from '@/shared/components/failure';

type Props = { outcome: Came; lines: readonly PricedLine[]; onDone: () => void };

export function Outcome({ outcome, lines, onDone }: Props) {
  switch (outcome.kind) {
    case 'placed':
      return null;
    case 'declined':
      return (
        <Failure error={null} title="The card was declined">
          Nothing was paid and nothing is on its way; your basket is as it was. Choose another card and pay again.{' '}
          {outcome.orderId && <Link to={`/orders/${outcome.orderId}`}>See the order that was cancelled</Link>}
        </Failure>
      );
    case 'out-of-stock':
      return <OutOfStock skus={outcome.skus} lines={lines} onDone={onDone} />;
    case 'failed':
      if (isPassing(outcome.error)) {
        return (
          <Failure error={outcome.error} title="We could not hear back from the shop">
            Your order may or may not have arrived. Pay again, with the same card: it stays one order, and you pay once.
          </Failure>
        );
      }
      if (outcome.error instanceof ApiError && outcome.error.status === 422) {
        return (
          <Failure error={outcome.error} title="The shop could not take this order">
            Something in your basket is no longer sold. Look at <Link to="/basket">your basket</Link>, then try again.
          </Failure>
        );
      }
      return <Failure error={outcome.error} />;
  }
}

function OutOfStock({
  skus,
  lines,
  onDone,
}: {
  skus: readonly string[];
  lines: readonly PricedLine[];
  onDone: () => void;
}) {
  const cart = useCartStore();
  const missing = skus.map((sku) => lines.find((line) => line.sku === sku) ?? { sku, product: null });
  const names = missing.map(({ sku, product }) => product?.name ?? sku);
  const takeOut = () => {
    for (const sku of skus) cart.set(sku, 0);
    onDone();
  };
  return (
    <Failure error={null} title="Somebody was quicker">
      There is not enough left of <strong>{names.join(', ')}</strong>. Nothing was ordered and nothing was paid.
      <Box component="span" sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mt: 2, alignItems: 'center' }}>
        <Action type="button" onClick={takeOut}>
          Go on without
        </Action>
        <Link to="/basket">Change the basket</Link>
      </Box>
    </Failure>
  );
}
