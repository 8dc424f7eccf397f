import { styled } from '@mui/material/styles';
import Skeleton from '@mui/material/Skeleton';
import { ProductCard } from '@/features/catalogue/components/product-card';
import type { Product } from '@/shared/api/products';

/** As many columns as fit, two on the smallest phone. */
export const Grid = styled('ul')({
  listStyle: 'none',
  margin: 0,
  padding: 0,
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(min(190px, calc(50% - 8px)), 1fr))',
  columnGap: 'clamp(16px, 2.2vw, 28px)',
  rowGap: 'clamp(28px, 3.4vw, 44px)',
});

const EAGER = 8;

export function ProductGrid({ products }: { products: readonly Product[] }) {
  return (
    <Grid>
      {products.map((product, index) => (
        <ProductCard key={product.sku} product={product} eager={index < EAGER} />
      ))}
    </Grid>
  );
}

/** The shape of what is to come, so that nothing jumps when it does. */
export function ProductGridSkeleton({ count = 12 }: { count?: number }) {
  return (
    <Grid aria-hidden>
      {Array.from({ length: count }, (_, index) => (
        <li key={index}>
          <Skeleton variant="rounded" sx={{ aspectRatio: '1', height: 'auto', borderRadius: 2.5 }} />
          <Skeleton sx={{ mt: 1, width: '80%' }} />
          <Skeleton sx={{ width: '35%', height: 44 }} />
        </li>
      ))}
    </Grid>
  );
}
