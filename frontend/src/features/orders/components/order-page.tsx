/** One order: what is in it, how it stands, and the way out of it. */
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useParams } from 'react-router';
import { cancel, type Order, order as orderOf } from '@/features/orders/api/orders';
import { CancelDialog } from '@/features/orders/components/cancel-dialog';
import { OrderStatus } from '@/features/orders/components/status';
import { ApiError } from '@/shared/api/errors';
import { Action } from '@/shared/components/action';
import { Failure } from '@/shared/components/failure';
import { Note } from '@/shared/components/note';
import { Page } from '@/shared/components/page';
import { Patience } from '@/shared/components/patience';
import { price } from '@/shared/lib/money';
import { minute } from '@/shared/lib/time';
import { useApi, useLogin } from '@/shared/session/services';

export function OrderPage() {
  const { id = '' } = useParams();
  const api = useApi();
  const login = useLogin();
  const queries = useQueryClient();
  const found = useQuery(orderOf(api, login, id));
  const placed = (useLocation().state as { placed?: boolean } | null)?.placed === true;
  const [asking, setAsking] = useState(false);
  const cancelling = useMutation({
    mutationFn: () => cancel(api, id),
    onSuccess: (order) => queries.setQueryData(orderOf(api, login, id).queryKey, order),
    onSettled: () => {
      setAsking(false);
      void queries.invalidateQueries({ queryKey: ['orders', login] });
      void queries.invalidateQueries({ queryKey: ['order', login, id] });
    },
  });
  const order = found.data;
  if (found.isError && !order) {
    return (
      <Page title="Order" width="text">
        <Failure error={found.error} onRetry={() => void found.refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title="Order"
      heading={placed ? 'Thank you' : 'Your order'}
      aside={order && <OrderStatus status={order.status} />}
      width="text"
    >
      {found.isPending && <Patience waiting again={found.failureCount > 0} />}
      {order ? <Told order={order} placed={placed} /> : <Skeleton variant="rounded" height={200} />}
      {cancelling.isError && (
        <Box sx={{ mb: 3 }}>
          <Failure error={cancelling.error} {...(isDone(cancelling.error) ? { title: 'It is cancelled already' } : {})}>
            {isDone(cancelling.error) ? 'Nothing more is to be done.' : undefined}
          </Failure>
        </Box>
      )}
      {order && <Lines order={order} />}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, mt: 4, alignItems: 'center' }}>
        {order && order.status !== 'cancelled' && (
          <Action type="button" onClick={() => setAsking(true)}>
            Cancel this order
          </Action>
        )}
        <Link to="/orders">All your orders</Link>
      </Box>
      <CancelDialog
        open={asking}
        busy={cancelling.isPending}
        onClose={() => setAsking(false)}
        onCancel={() => cancelling.mutate()}
      />
    </Page>
  );
}

function Told({ order, placed }: { order: Order; placed: boolean }) {
  switch (order.status) {
    case 'placed':
      return <Note tone="warning">We have your order and are asking for the payment. This page follows it.</Note>;
    case 'payment_pending':
      return (
        <Note tone="warning">
          We have your order and your goods are put aside. The payment service does not answer just now, so we will ask
          it again until it does. You need not do anything, and you will pay once.
        </Note>
      );
    case 'cancelled':
      return <Note>This order is cancelled. What was paid for it is on its way back to you.</Note>;
    case 'paid':
      return placed ? <Note tone="success">It is paid, and yours.</Note> : null;
  }
}

function Lines({ order }: { order: Order }) {
  return (
    <Box sx={{ bgcolor: 'background.paper', borderRadius: 2, p: { xs: 2, sm: 3 } }}>
      <Typography sx={{ color: 'text.secondary', mb: 1.5 }}>Placed {minute(order.placed_at)}</Typography>
      <Box
        component="table"
        sx={(theme) => ({
          width: '100%',
          borderCollapse: 'collapse',
          '& td, & th': { py: 1.25, textAlign: 'left', fontWeight: 400, verticalAlign: 'top' },
          '& tr + tr': { borderTop: `1px solid ${theme.vars.palette.divider}` },
          '& .sum': { textAlign: 'right', fontWeight: 600, whiteSpace: 'nowrap' },
        })}
      >
        <tbody>
          {order.items.map((item) => (
            <tr key={item.sku}>
              <th scope="row">
                <Box component={Link} to={`/products/${encodeURIComponent(item.sku)}`} sx={{ color: 'inherit' }}>
                  {item.name}
                </Box>
                <Box sx={{ color: 'text.secondary' }}>
                  {item.quantity} × {price(item.unit_price)}
                </Box>
              </th>
              <td className="sum">{price(item.line_total)}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              <strong>Total</strong>
            </th>
            <td className="sum">{price(order.total)}</td>
          </tr>
        </tbody>
      </Box>
    </Box>
  );
}

function isDone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409;
}
