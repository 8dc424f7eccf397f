/** All that somebody has ordered, the newest first. */
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { type Order, orderPages } from '@/features/orders/api/orders';
import { OrderStatus } from '@/features/orders/components/status';
import { Action, ActionLink } from '@/shared/components/action';
import { useAnnounce } from '@/shared/components/announcer';
import { Failure } from '@/shared/components/failure';
import { Page } from '@/shared/components/page';
import { Patience } from '@/shared/components/patience';
import { price } from '@/shared/lib/money';
import { day } from '@/shared/lib/time';
import { useApi, useLogin } from '@/shared/session/services';

export function OrdersPage() {
  const found = useInfiniteQuery(orderPages(useApi(), useLogin()));
  const announce = useAnnounce();
  const orders = found.data?.pages.flatMap((page) => page.items) ?? [];
  const more = async () => {
    const { data } = await found.fetchNextPage();
    announce(`${data?.pages.flatMap((page) => page.items).length ?? 0} orders shown`);
  };
  return (
    <Page title="Your orders" width="text">
      {found.isPending && <Patience waiting again={found.failureCount > 0} />}
      {found.isPending && [1, 2, 3].map((n) => <Skeleton key={n} variant="rounded" height={92} sx={{ mb: 2 }} />)}
      {found.isError && <Failure error={found.error} onRetry={() => void (orders.length ? more() : found.refetch())} />}
      {found.isSuccess && orders.length === 0 && (
        <>
          <Typography sx={{ mb: 3 }}>You have not ordered anything yet.</Typography>
          <ActionLink to="/" kind="full">
            Look around
          </ActionLink>
        </>
      )}
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 1.5 }}>
        {orders.map((order) => (
          <OrderRow key={order.id} order={order} />
        ))}
      </Box>
      {found.hasNextPage && (
        <Box sx={{ mt: 4, display: 'grid', placeItems: 'center' }}>
          <Action type="button" onClick={() => void more()} aria-disabled={found.isFetchingNextPage}>
            {found.isFetchingNextPage ? 'Fetching more…' : 'Show older orders'}
          </Action>
        </Box>
      )}
    </Page>
  );
}

function OrderRow({ order }: { order: Order }) {
  const pieces = order.items.reduce((sum, item) => sum + item.quantity, 0);
  const [first] = order.items;
  const names = order.items.length > 1 ? `${first?.name} and ${order.items.length - 1} more` : first?.name;
  return (
    <Box
      component="li"
      sx={{
        position: 'relative',
        bgcolor: 'background.paper',
        borderRadius: 2,
        p: 2.5,
        display: 'flex',
        gap: 2,
        justifyContent: 'space-between',
        alignItems: 'center',
      }}
    >
      <Box sx={{ minWidth: 0 }}>
        <Box
          component={Link}
          to={`/orders/${order.id}`}
          sx={{
            color: 'inherit',
            fontWeight: 600,
            '&::after': { content: '""', position: 'absolute', inset: 0, borderRadius: 2 },
          }}
        >
          {names}
        </Box>
        <Typography sx={{ color: 'text.secondary' }}>
          {day(order.placed_at)} · {pieces} {pieces === 1 ? 'piece' : 'pieces'}
        </Typography>
      </Box>
      <Box sx={{ textAlign: 'right' }}>
        <Typography sx={{ fontWeight: 600, mb: 0.5 }}>{price(order.total)}</Typography>
        <OrderStatus status={order.status} />
      </Box>
    </Box>
  );
}
