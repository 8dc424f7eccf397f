/** A button that becomes a stepper once the good is in the cart. It answers at once; the cart is sent afterwards. */
import Box from '@mui/material/Box';
import { useCartStore, useQuantity } from '@/features/cart/api/use-cart';
import { Stepper } from '@/features/cart/components/stepper';
import { Action } from '@/shared/components/action';
import { useAnnounce } from '@/shared/components/announcer';
import { hidden } from '@/shared/components/hidden';
import { Icon } from '@/shared/components/icons';

type Props = { sku: string; name: string; available: number; large?: boolean };

export function AddToCart({ sku, name, available, large = false }: Props) {
  const cart = useCartStore();
  const quantity = useQuantity(sku);
  const announce = useAnnounce();
  if (quantity > 0) return <Stepper sku={sku} name={name} quantity={quantity} most={available} />;
  const add = () => {
    cart.add(sku, 1);
    announce(`${name} is in your basket`);
    // The button gives way to the stepper, and the focus goes along.
    requestAnimationFrame(() => document.getElementById(`more-${sku}`)?.focus());
  };
  if (available === 0) {
    return (
      <Action type="button" disabled>
        Sold out
      </Action>
    );
  }
  return (
    <Action type="button" kind={large ? 'full' : 'outlined'} onClick={add}>
      <Icon name="plus" size={18} />
      <span>
        {large ? 'Add to basket' : 'Add'}
        <Box component="span" sx={hidden}>
          {large ? name : `to basket: ${name}`}
        </Box>
      </span>
    </Action>
  );
}
