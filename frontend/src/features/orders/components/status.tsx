import Box from '@mui/material/Box';
import type { Status } from '@/features/orders/api/orders';

const WORDS = {
  placed: ['warning', 'Being paid'],
  payment_pending: ['warning', 'Payment to follow'],
  paid: ['success', 'Paid'],
  cancelled: ['text', 'Cancelled'],
} as const satisfies Record<Status, readonly [string, string]>;

export function OrderStatus({ status }: { status: Status }) {
  const [tone, word] = WORDS[status];
  const color = tone === 'text' ? 'text.secondary' : `${tone}.main`;
  return (
    <Box
      component="span"
      sx={{
        color,
        border: '1px solid currentColor',
        borderRadius: 99,
        px: 1.5,
        py: 0.25,
        fontSize: '0.875rem',
        fontWeight: 600,
        whiteSpace: 'nowrap',
      }}
    >
      {word}
    </Box>
  );
}
