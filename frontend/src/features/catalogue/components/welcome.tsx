/** The first thing somebody sees: what this shop is, and three of its goods in the window. */
import Box from '@mui/material/Box';
import { keyframes, styled } from '@mui/material/styles';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router';
import type { Product } from '@/shared/api/products';
import { assetAddress } from '@/shared/lib/addresses';

const rise = keyframes({ from: { opacity: 0, transform: 'translateY(14px)' } });

const Window = styled(Link)(({ theme }) => ({
  display: 'block',
  flex: '1 1 0',
  minWidth: 0,
  height: 'clamp(118px, 22vw, 290px)',
  borderRadius: '999px 999px 18px 18px',
  overflow: 'hidden',
  background: 'color-mix(in srgb, currentColor 12%, transparent)',
  '&:nth-of-type(2)': { height: 'clamp(136px, 25vw, 330px)' },
  '& img': { width: '100%', height: '100%', objectFit: 'cover', animation: `${rise} 500ms both` },
  ...theme.applyStyles('dark', { '& img': { filter: 'brightness(0.88)' } }),
}));

export function Welcome({ products }: { products: readonly Product[] }) {
  return (
    <Box
      component="section"
      aria-labelledby="welcome"
      sx={(theme) => ({
        display: 'grid',
        gridTemplateColumns: { xs: '1fr', sm: '1.05fr 1fr' },
        alignItems: 'end',
        gap: { xs: 3, md: 6 },
        px: { xs: 3, sm: 4, md: 7 },
        pt: { xs: 4, md: 6 },
        mb: { xs: 3, md: 6 },
        borderRadius: { xs: 3, md: 4 },
        overflow: 'hidden',
        color: '#eaf3ee',
        background: '#1f4f42',
        ...theme.applyStyles('dark', { background: '#1b3b32' }),
      })}
    >
      <Box sx={{ pb: { xs: 0, sm: 5, md: 7 }, alignSelf: 'center' }}>
        <Typography variant="h1" component="p" id="welcome">
          Small things that make a home
        </Typography>
        <Typography sx={{ mt: 2, maxWidth: '38ch', fontSize: '1.05rem' }}>
          Cake stands and bunting, lanterns and lunch bags: five hundred presents, and the occasional one for yourself.
        </Typography>
      </Box>
      <Box sx={{ display: 'flex', gap: { xs: 1.25, md: 2.5 }, alignItems: 'flex-end', mb: '-18px' }}>
        {[0, 1, 2].map((place) => {
          const product = products[place];
          return product ? (
            <Window key={place} to={`/products/${encodeURIComponent(product.sku)}`} aria-label={product.name}>
              <img src={assetAddress(product.image_url)} alt="" width={400} height={400} fetchPriority="high" />
            </Window>
          ) : (
            <Window key={place} to="/" aria-hidden tabIndex={-1} />
          );
        })}
      </Box>
    </Box>
  );
}
