/** One good, near enough to decide. */
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { usePieces, useQuantity } from '@/features/cart/api/use-cart';
import { AddToCart } from '@/features/cart/components/add-to-cart';
import { address } from '@/features/catalogue/api/search';
import { Related } from '@/features/catalogue/components/related';
import { Stock } from '@/features/catalogue/components/stock';
import { ApiError } from '@/shared/api/errors';
import { product as productOf } from '@/shared/api/products';
import { explain } from '@/shared/api/words';
import { ActionLink } from '@/shared/components/action';
import { Failure } from '@/shared/components/failure';
import { Page, useArrival } from '@/shared/components/page';
import { Patience } from '@/shared/components/patience';
import { Picture } from '@/shared/components/picture';
import { price } from '@/shared/lib/money';
import { useApi } from '@/shared/session/services';

export function ProductPage() {
  const { sku = '' } = useParams();
  const found = useQuery(productOf(useApi(), sku));
  const heading = useArrival();
  const inCart = useQuantity(sku);
  const pieces = usePieces();
  const product = found.data;
  if (found.isError && !product) return <Missing error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <>
    <Box component="article" sx={{ display: 'grid', gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr' }, gap: { xs: 3, md: 8 }, alignItems: 'start', maxWidth: 1120 }}>
      <title>{`${product?.name ?? 'One moment'} · Zerocart`}</title>
      {product ? <Picture src={product.image_url} eager size={800} /> : <Skeleton variant="rounded" sx={{ aspectRatio: '1', height: 'auto' }} />}
      <Box sx={{ pt: { sm: 3 } }}>
        {product && (
          <Box component={Link} to={address({ category: product.category })} sx={{ color: 'text.secondary', display: 'inline-block', py: 1 }}>
            {product.category}
          </Box>
        )}
        <Typography variant="h1" ref={heading} tabIndex={-1}>
          {product?.name ?? <Skeleton width="80%" />}
        </Typography>
        {found.isPending && <Patience waiting again={found.failureCount > 0} />}
        <Typography component="p" sx={{ mt: 2, fontSize: '1.6rem', fontWeight: 600 }}>
          {product ? price(product.price) : <Skeleton width={90} />}
        </Typography>
        {product && <Stock available={product.available} />}
        <Typography sx={{ mt: 2.5, mb: 4, maxWidth: '48ch' }}>{product?.description ?? <Skeleton />}</Typography>
        {product && (
          <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, alignItems: 'center' }}>
            <AddToCart sku={product.sku} name={product.name} available={product.available} large />
            {inCart > 0 && pieces > 0 && (
              <ActionLink to="/basket" kind="full">
                Go to basket
              </ActionLink>
            )}
          </Box>
        )}
      </Box>
    </Box>
      {product && <Related product={product} />}
    </>
  );
}

/** It is not sold, or it could not be asked for. */
function Missing({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const unknown = error instanceof ApiError && error.status === 404;
  const { title, text } = explain(error);
  return (
    <Page title={unknown ? title : 'Not on the table yet'} width="text">
      {unknown ? <Typography>{text}</Typography> : <Failure error={error} onRetry={onRetry} />}
      <ActionLink to="/" kind={unknown ? 'full' : 'outlined'} style={{ marginTop: 24 }}>
        Look around the shop
      </ActionLink>
    </Page>
  );
}
