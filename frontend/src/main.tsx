import { createRoot } from 'react-dom/client';
import { BrowserRouter } from 'react-router';
import { createQueries } from '@/app/queries';
import { Storefront } from '@/app/storefront';
import { pages } from '@/features/catalogue/api/products';
import { searchOf } from '@/features/catalogue/api/search';
import { createApi } from '@/shared/api/client';
import { Session } from '@/shared/session/session';
import { watch } from '@/shared/telemetry/watch';

/** So long the goods that `early.ts` has asked for are waited for: with them the page is rendered once, and not twice. */
const PATIENCE_MS = 300;

const session = new Session();
const services = { session, api: createApi(session) };
const queries = createQueries();
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

if (window.location.pathname === '/') {
  const search = searchOf(new URLSearchParams(window.location.search));
  const goods = queries.infiniteQuery(pages(services.api, search)).catch(() => undefined); // the page tells why
  await Promise.race([goods, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}
// What the build has rendered there is seen until the first render is whole, and then gives way to it.
createRoot(root).render(<Storefront services={services} queries={queries} router={BrowserRouter} />);
watch();
