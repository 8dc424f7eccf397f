/** The pages by their addresses. What the first page does not need is fetched when somebody goes there. */
import { lazy } from 'react';
import { Outlet, Route, Routes } from 'react-router';
import { NeedsLogin } from '@/app/needs-login';
import { Shell } from '@/app/shell';
import { useCartStore } from '@/features/cart/api/use-cart';
import { CataloguePage } from '@/features/catalogue/components/catalogue-page';
import { CheckoutProvider } from '@/features/checkout/api/use-checkout';

const ProductPage = lazy(async () => ({
  default: (await import('@/features/catalogue/components/product-page')).ProductPage,
}));
const CartPage = lazy(async () => ({ default: (await import('@/features/cart/components/cart-page')).CartPage }));
const LoginPage = lazy(async () => ({ default: (await import('@/features/account/components/login-page')).LoginPage }));
const RegisterPage = lazy(async () => ({
  default: (await import('@/features/account/components/register-page')).RegisterPage,
}));
const AccountPage = lazy(async () => ({
  default: (await import('@/features/account/components/account-page')).AccountPage,
}));
const CheckoutPage = lazy(async () => ({
  default: (await import('@/features/checkout/components/checkout-page')).CheckoutPage,
}));
const OrdersPage = lazy(async () => ({
  default: (await import('@/features/orders/components/orders-page')).OrdersPage,
}));
const OrderPage = lazy(async () => ({ default: (await import('@/features/orders/components/order-page')).OrderPage }));
const OpsPage = lazy(async () => ({ default: (await import('@/features/ops/components/ops-page')).OpsPage }));
const AboutPage = lazy(async () => ({ default: (await import('@/app/about-page')).AboutPage }));
const NotFoundPage = lazy(async () => ({ default: (await import('@/app/not-found-page')).NotFoundPage }));

export function App() {
  const cart = useCartStore();
  return (
    <CheckoutProvider>
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<CataloguePage />} />
          <Route path="products/:sku" element={<ProductPage />} />
          <Route path="basket" element={<CartPage />} />
          <Route path="login" element={<LoginPage />} />
          <Route path="register" element={<RegisterPage />} />
          <Route path="about" element={<AboutPage />} />
          <Route
            element={
              <NeedsLogin>
                <Outlet />
              </NeedsLogin>
            }
          >
            <Route path="account" element={<AccountPage onLeaving={() => cart.sync()} onLeft={() => cart.clear()} />} />
            <Route path="checkout" element={<CheckoutPage />} />
            <Route path="orders" element={<OrdersPage />} />
            <Route path="orders/:id" element={<OrderPage />} />
            <Route path="ops" element={<OpsPage />} />
          </Route>
          <Route path="*" element={<NotFoundPage />} />
        </Route>
      </Routes>
    </CheckoutProvider>
  );
}
