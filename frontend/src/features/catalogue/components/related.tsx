/** More from the same shelf, for who is only looking. Nobody is told if it cannot be had. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useInfiniteQuery } from '@tanstack/react-query';
import { pages } from '@/features/catalogue/api/products';
import { ProductGrid } from '@/features/catalogue/components/product-grid';
import type { Product } from '@/shared/api/products';
import { useApi } from '@/shared/session/services';

const SHOWN = 6;

export function Related({ product }: { product: Product }) {
  const found = useInfiniteQuery(pages(useApi(), { q: '', category: product.category }));
  const [first] = found.data?.pages ?? [];
  const others = first?.items.filter(({ sku }) => sku !== product.sku).slice(0, SHOWN) ?? [];
  if (others.length === 0) return null;
  return (
    <Box component="section" aria-labelledby="related" sx={{ mt: { xs: 7, md: 11 } }}>
      <Typography variant="h2" id="related" sx={{ mb: 2.5 }}>
        From the same shelf
      </Typography>
      <ProductGrid products={others} />
    </Box>
  );
}
