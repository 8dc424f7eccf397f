import CssBaseline from '@mui/material/CssBaseline';
import { ThemeProvider } from '@mui/material/styles';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { App } from '@/app/app';
import { createQueries } from '@/app/queries';
import { theme } from '@/app/theme';
import { CartProvider } from '@/features/cart/api/use-cart';
import { pages } from '@/features/catalogue/api/products';
import { searchOf } from '@/features/catalogue/api/use-search';
import { createApi } from '@/shared/api/client';
import { AnnouncerProvider } from '@/shared/components/announcer';
import { ServicesProvider } from '@/shared/session/services';
import { Session } from '@/shared/session/session';
import { watch } from '@/shared/telemetry/watch';

const session = new Session();
const services = { session, api: createApi(session) };
const queries = createQueries();
if (window.location.pathname === '/') {
  // Asked for before the first component is rendered: the goods are what somebody waits for.
  const search = searchOf(new URLSearchParams(window.location.search));
  queries.infiniteQuery(pages(services.api, search)).catch(() => undefined); // the page that shows them tells why
}
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    <ThemeProvider theme={theme} defaultMode="system">
      <CssBaseline />
      <QueryClientProvider client={queries}>
        <ServicesProvider services={services}>
          <AnnouncerProvider>
            <CartProvider>
              <BrowserRouter>
                <App />
              </BrowserRouter>
            </CartProvider>
          </AnnouncerProvider>
        </ServicesProvider>
      </QueryClientProvider>
    </ThemeProvider>
  </StrictMode>,
);

watch();
