/** The basket. It shows what somebody did at once, and says so if the shop does not have it yet. */
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router';
import { useCart, useCartStore } from '@/features/cart/api/use-cart';
import { type PricedLine, usePricedLines } from '@/features/cart/api/use-priced-lines';
import { Stepper } from '@/features/cart/components/stepper';
import { Action, ActionLink } from '@/shared/components/action';
import { useAnnounce } from '@/shared/components/announcer';
import { Failure } from '@/shared/components/failure';
import { Note } from '@/shared/components/note';
import { Page } from '@/shared/components/page';
import { Picture } from '@/shared/components/picture';
import { price } from '@/shared/lib/money';

export function CartPage() {
  const cart = useCartStore();
  const { lines, state, error, gone } = useCart();
  const priced = usePricedLines(lines);
  const blocked = priced.lines.some((line) => line.gone || (line.product && line.quantity > line.product.available));
  return (
    <Page title="Basket" aside={<Saving state={state} />}>
      {state === 'stuck' && (
        <Box sx={{ mb: 3 }}>
          <Failure error={error} onRetry={() => void cart.sync()} title="Your basket is only in this browser for now" />
        </Box>
      )}
      {gone.length > 0 && <Note>No longer sold, so taken out of your basket: {gone.join(', ')}.</Note>}
      {lines.length === 0 && state === 'loading' && <Skeleton variant="rounded" height={120} />}
      {lines.length === 0 && state !== 'loading' && <Empty />}
      {lines.length > 0 && (
        <Box
          sx={{
            display: 'grid',
            gridTemplateColumns: { xs: '1fr', md: 'minmax(0, 1fr) 320px' },
            gap: { xs: 4, md: 7 },
            alignItems: 'start',
          }}
        >
          <Box component="ul" aria-label="Goods in your basket" sx={{ listStyle: 'none', m: 0, p: 0 }}>
            {priced.lines.map((line) => (
              <Row key={line.sku} line={line} />
            ))}
          </Box>
          <Box
            component="section"
            aria-label="Total"
            sx={{ bgcolor: 'background.paper', borderRadius: 2, p: 3, position: { md: 'sticky' }, top: { md: 100 } }}
          >
            <Box sx={{ display: 'flex', justifyContent: 'space-between', alignItems: 'baseline', mb: 2.5 }}>
              <Typography component="h2" variant="h3">
                Total
              </Typography>
              <Typography sx={{ fontSize: '1.5rem', fontWeight: 600 }} data-testid="total">
                {priced.total ? price(priced.total) : <Skeleton width={90} />}
              </Typography>
            </Box>
            {blocked ? (
              <Typography sx={{ color: 'text.secondary' }}>
                Change what is marked in your basket, then you can go to the checkout.
              </Typography>
            ) : (
              <ActionLink to="/checkout" kind="full" wide>
                Go to checkout
              </ActionLink>
            )}
          </Box>
        </Box>
      )}
    </Page>
  );
}

function Row({ line }: { line: PricedLine }) {
  const cart = useCartStore();
  const announce = useAnnounce();
  const { product, sku, quantity } = line;
  const name = product?.name ?? sku;
  const remove = () => {
    cart.set(sku, 0);
    announce(`${name} is out of your basket`);
  };
  return (
    <Box
      component="li"
      sx={(theme) => ({
        display: 'grid',
        gridTemplateColumns: { xs: '84px minmax(0, 1fr)', sm: '112px minmax(0, 1fr) auto' },
        columnGap: { xs: 2, sm: 3 },
        rowGap: 1.5,
        alignItems: 'center',
        py: 2.5,
        borderBottom: `1px solid ${theme.vars.palette.divider}`,
        '&:first-of-type': { pt: 0 },
        '&:last-of-type': { border: 0 },
      })}
    >
      <Box sx={{ gridRow: { xs: 'span 2', sm: 'auto' } }}>
        {product ? (
          <Picture src={product.image_url} />
        ) : (
          <Skeleton variant="rounded" sx={{ aspectRatio: '1', height: 'auto' }} />
        )}
      </Box>
      <Box sx={{ minWidth: 0 }}>
        <Typography variant="h3" component={Link} to={`/products/${encodeURIComponent(sku)}`} sx={{ color: 'inherit' }}>
          {name}
        </Typography>
        {product && <Typography sx={{ color: 'text.secondary' }}>{price(product.price)} each</Typography>}
        {line.gone && (
          <Typography sx={{ color: 'error.main', fontWeight: 600 }}>
            No longer sold.{' '}
            <Action type="button" kind="plain" onClick={remove}>
              Take it out
            </Action>
          </Typography>
        )}
        {product && quantity > product.available && (
          <Typography sx={{ color: 'error.main', fontWeight: 600 }}>
            {product.available === 0 ? 'Sold out.' : `Only ${product.available} left.`}{' '}
            <Action type="button" kind="plain" onClick={() => cart.set(sku, product.available)}>
              {product.available === 0 ? 'Take it out' : `Take ${product.available}`}
            </Action>
          </Typography>
        )}
      </Box>
      <Box sx={{ display: 'flex', gap: 2, alignItems: 'center', justifyContent: { xs: 'space-between', sm: 'end' } }}>
        <Stepper sku={sku} name={name} quantity={quantity} most={product?.available ?? quantity} />
        <Typography sx={{ fontWeight: 600, minWidth: { sm: 84 }, textAlign: 'right' }}>
          {line.total ? price(line.total) : ''}
        </Typography>
      </Box>
    </Box>
  );
}

function Saving({ state }: { state: string }) {
  const text =
    state === 'saving'
      ? 'Saving…'
      : state === 'saved'
        ? 'Saved to your account'
        : state === 'local'
          ? 'Kept in this browser'
          : '';
  return <Typography sx={{ color: 'text.secondary' }}>{text}</Typography>;
}

function Empty() {
  return (
    <Box sx={{ pb: 4 }}>
      <Typography sx={{ mb: 3 }}>It is empty, and that is easily changed.</Typography>
      <ActionLink to="/" kind="full">
        Look around
      </ActionLink>
    </Box>
  );
}
