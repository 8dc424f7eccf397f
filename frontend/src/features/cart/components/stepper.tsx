/** How many of one good: one less, a number to type, one more. */
import { styled } from '@mui/material/styles';
import { useState } from 'react';
import { MOST_PIECES } from '@/features/cart/api/changes';
import { useCartStore } from '@/features/cart/api/use-cart';
import { useAnnounce } from '@/shared/components/announcer';
import { Icon } from '@/shared/components/icons';

const Bar = styled('div')(({ theme }) => ({
  display: 'inline-flex',
  alignItems: 'center',
  borderRadius: 999,
  border: `1px solid ${theme.vars.palette.primary.main}`,
  background: theme.vars.palette.background.paper,
  color: theme.vars.palette.text.primary,
  '& button, & input': {
    border: 0,
    background: 'none',
    color: 'inherit',
    font: 'inherit',
    fontWeight: 600,
    height: 42,
  },
  '& button': { width: 42, display: 'grid', placeItems: 'center', cursor: 'pointer', borderRadius: 999 },
  '& button:hover': { background: theme.vars.palette.divider },
  '& button:disabled': { opacity: 0.4, cursor: 'default' },
  '& input': { width: 46, textAlign: 'center', borderRadius: 8, MozAppearance: 'textfield' },
}));

type Props = { sku: string; name: string; quantity: number; most: number };

export function Stepper({ sku, name, quantity, most }: Props) {
  const cart = useCartStore();
  const announce = useAnnounce();
  const [typed, setTyped] = useState<string | null>(null);
  const limit = Math.min(most, MOST_PIECES);
  const say = (wanted: number) =>
    announce(wanted === 0 ? `${name} is out of your basket` : `${wanted} of ${name} in your basket`);
  // One more is one more than there is, also where another tab has changed it meanwhile; a number typed is that number.
  const step = (by: 1 | -1) => {
    cart.add(sku, by);
    say(quantity + by);
  };
  const become = (wanted: number) => {
    cart.set(sku, wanted);
    say(wanted);
  };
  const leave = () => {
    setTyped(null);
    const wanted = Number.parseInt(typed ?? '', 10);
    if (!Number.isNaN(wanted) && wanted !== quantity) become(Math.max(0, Math.min(wanted, limit)));
  };
  return (
    <Bar role="group" aria-label={`Quantity of ${name}`}>
      <button
        type="button"
        onClick={() => step(-1)}
        aria-label={quantity === 1 ? `Remove ${name}` : `One ${name} less`}
      >
        <Icon name={quantity === 1 ? 'bin' : 'minus'} size={18} />
      </button>
      <input
        inputMode="numeric"
        aria-label={`Pieces of ${name}`}
        value={typed ?? quantity}
        onChange={(event) => setTyped(event.target.value.replace(/\D/g, '').slice(0, 5))}
        onBlur={leave}
        onKeyDown={(event) => event.key === 'Enter' && leave()}
      />
      <button
        type="button"
        id={`more-${sku}`}
        onClick={() => step(1)}
        disabled={quantity >= limit}
        aria-label={`One ${name} more`}
      >
        <Icon name="plus" size={18} />
      </button>
    </Bar>
  );
}
