/** The whole storefront: what all pages share, around the app. The router differs: a browser's, or the build's. */
import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ComponentType, type ReactNode, StrictMode } from 'react';
import { App } from '@/app/app';
import { theme } from '@/app/theme';
import { CartProvider } from '@/features/cart/api/use-cart';
import { AnnouncerProvider } from '@/shared/components/announcer';
import { type Services, ServicesProvider } from '@/shared/session/services';

type Props = { services: Services; queries: QueryClient; router: ComponentType<{ children: ReactNode }> };

export function Storefront({ services, queries, router: Router }: Props) {
  return (
    <StrictMode>
      <ThemeProvider theme={theme} defaultMode="system" noSsr>
        <CssBaseline />
        <QueryClientProvider client={queries}>
          <ServicesProvider services={services}>
            <AnnouncerProvider>
              <CartProvider>
                <Router>
                  <App />
                </Router>
              </CartProvider>
            </AnnouncerProvider>
          </ServicesProvider>
        </QueryClientProvider>
      </ThemeProvider>
    </StrictMode>
  );
}
