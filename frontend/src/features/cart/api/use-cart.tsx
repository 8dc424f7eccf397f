/** The cart, for components. */
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { cartServer } from '@/features/cart/api/cart-server';
import { CartStore, type View } from '@/features/cart/api/cart-store';
import { useApi, useLogin } from '@/shared/session/services';

const CartContext = createContext<CartStore | null>(null);

export function CartProvider({ children }: { children: ReactNode }) {
  const api = useApi();
  const login = useLogin();
  const [cart] = useState(() => new CartStore(cartServer(api)));
  useEffect(() => void cart.belongTo(login), [cart, login]);
  useEffect(() => {
    const again = () => void cart.sync();
    const seen = () => document.visibilityState === 'visible' && again();
    window.addEventListener('online', again);
    document.addEventListener('visibilitychange', seen);
    return () => {
      window.removeEventListener('online', again);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [cart]);
  return <CartContext value={cart}>{children}</CartContext>;
}

export function useCartStore(): CartStore {
  const cart = useContext(CartContext);
  if (cart === null) throw new Error('no CartProvider is around this');
  return cart;
}

export function useCart(): View {
  const cart = useCartStore();
  return useSyncExternalStore(cart.subscribe, cart.view);
}

/** How many pieces of one good are in the cart. */
export function useQuantity(sku: string): number {
  const cart = useCartStore();
  return usePart(cart, ({ lines }) => lines.find((line) => line.sku === sku)?.quantity ?? 0);
}

export function usePieces(): number {
  const cart = useCartStore();
  return usePart(cart, ({ lines }) => lines.reduce((sum, line) => sum + line.quantity, 0));
}

/** A number of the cart's; 0 in what the build renders, for that is nobody's. */
function usePart(cart: CartStore, of: (view: View) => number): number {
  return useSyncExternalStore(
    cart.subscribe,
    () => of(cart.view()),
    () => 0,
  );
}
