/** The picture of a good, in its frame. The name stands beside it, so it is decoration to who cannot see it. */
import { styled } from '@mui/material/styles';
import { assetAddress } from '@/shared/lib/addresses';

const Frame = styled('div')(({ theme }) => ({
  aspectRatio: '1',
  borderRadius: 'calc(var(--mui-shape-borderRadius) * 1.4)',
  overflow: 'hidden',
  background: theme.vars.palette.divider,
  '& img': { display: 'block', width: '100%', height: '100%', objectFit: 'cover' },
  ...theme.applyStyles('dark', { '& img': { filter: 'brightness(0.88)' } }),
}));

export function Picture({ src, eager = false, size = 400 }: { src: string; eager?: boolean; size?: number }) {
  return (
    <Frame>
      <img
        src={assetAddress(src)}
        alt=""
        width={size}
        height={size}
        loading={eager ? 'eager' : 'lazy'}
        decoding="async"
      />
    </Frame>
  );
}
