import Typography from '@mui/material/Typography';

const FEW = 20;

/** How many there are, where that matters to somebody who buys for a home. */
export function Stock({ available, quietly = false }: { available: number; quietly?: boolean }) {
  if (available > FEW && quietly) return null;
  const [color, text] =
    available === 0
      ? ['error.main', 'Sold out']
      : available <= FEW
        ? ['warning.main', `Only ${available} left`]
        : ['success.main', 'In stock'];
  return (
    <Typography component="p" variant="body2" sx={{ color, fontWeight: 600 }}>
      {text}
    </Typography>
  );
}
