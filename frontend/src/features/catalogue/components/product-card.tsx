/** A good among others: its picture and name lead to its page; it can be put into the basket from here. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router';
import { AddToCart } from '@/features/cart/components/add-to-cart';
import { Stock } from '@/features/catalogue/components/stock';
import type { Product } from '@/shared/api/products';
import { Picture } from '@/shared/components/picture';
import { price } from '@/shared/lib/money';

export function ProductCard({ product, eager }: { product: Product; eager: boolean }) {
  return (
    <Box component="li" sx={{ display: 'flex', flexDirection: 'column', gap: 1.25, minWidth: 0 }}>
      <Box
        component={Link}
        to={`/products/${encodeURIComponent(product.sku)}`}
        sx={{
          color: 'inherit',
          textDecoration: 'none',
          borderRadius: 2.5,
          '& img': { transition: 'transform 400ms cubic-bezier(.2,.7,.2,1)' },
          '&:hover img': { transform: 'scale(1.035)' },
          '&:hover h2': { textDecoration: 'underline', textUnderlineOffset: 4, textDecorationThickness: 1 },
        }}
      >
        <Picture src={product.image_url} eager={eager} />
        <Typography variant="h3" component="h2" sx={{ mt: 1.25 }}>
          {product.name}
        </Typography>
      </Box>
      <Box sx={{ mt: 'auto', display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', justifyContent: 'space-between' }}>
        <Box>
          <Typography component="p" sx={{ fontWeight: 600, fontSize: '1.05rem' }}>
            {price(product.price)}
          </Typography>
          <Stock available={product.available} quietly />
        </Box>
        <AddToCart sku={product.sku} name={product.name} available={product.available} />
      </Box>
    </Box>
  );
}
