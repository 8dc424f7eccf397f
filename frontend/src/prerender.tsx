/**
 * The catalogue before any goods are known, as HTML and the styles that it needs: run by the build, never by a browser.
 *
 * It is what a browser would render first, by the same components: nobody is logged in, the basket is empty, no answer has
 * come. A browser shows it before it has read a script, and renders its own in its place.
 */
import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { renderToString } from 'react-dom/server';
import { StaticRouter } from 'react-router';
import { createQueries } from '@/app/queries';
import { Storefront } from '@/app/storefront';
import { createApi } from '@/shared/api/client';
import { Session } from '@/shared/session/session';

export type FirstPage = { html: string; css: string };

export function firstPage(): FirstPage {
  const cache = createCache({ key: 'css' });
  cache.compat = true; // the styles are kept in the cache, and not put between the elements
  const session = new Session();
  const services = { session, api: createApi(session, 'http://first.page') };
  const html = renderToString(
    <CacheProvider value={cache}>
      <Storefront
        services={services}
        queries={createQueries()}
        router={({ children }) => <StaticRouter location="/">{children}</StaticRouter>}
      />
    </CacheProvider>,
  );
  const css = Object.values(cache.inserted).filter((rules) => typeof rules === 'string');
  return { html: html.replace(/<title>.*?<\/title>/, ''), css: css.join('\n') };
}
