/** The goods: all of them, those of a shelf, or those that a search finds. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { pages } from '@/features/catalogue/api/products';
import type { Search } from '@/features/catalogue/api/search';
import { useSearch } from '@/features/catalogue/api/use-search';
import { CategoryList } from '@/features/catalogue/components/category-list';
import { ProductGrid, ProductGridSkeleton } from '@/features/catalogue/components/product-grid';
import { Welcome } from '@/features/catalogue/components/welcome';
import { Action } from '@/shared/components/action';
import { useAnnounce } from '@/shared/components/announcer';
import { Failure } from '@/shared/components/failure';
import { useArrival } from '@/shared/components/page';
import { Patience } from '@/shared/components/patience';
import type { Product } from '@/shared/api/products';
import { useApi } from '@/shared/session/services';

export function CataloguePage() {
  const search = useSearch();
  const heading = useArrival();
  const announce = useAnnounce();
  const found = useInfiniteQuery({ ...pages(useApi(), search), placeholderData: keepPreviousData });
  const products = found.data?.pages.flatMap((page) => page.items) ?? [];
  const everything = !search.q && !search.category;
  const more = async () => {
    const { data } = await found.fetchNextPage();
    announce(`${data?.pages.flatMap((page) => page.items).length ?? 0} goods shown`);
  };
  return (
    <>
      <title>{`${nameOf(search)} · Zerocart`}</title>
      {everything && <Welcome products={ofThreeShelves(products)} />}
      <Box sx={{ display: 'grid', gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: '210px minmax(0, 1fr)' }, gap: { xs: 2, md: 6 } }}>
        <CategoryList search={search} />
        <Box component="section" aria-labelledby="found" aria-busy={found.isFetching}>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 2, alignItems: 'baseline', mb: 2.5 }}>
            <Typography variant="h2" component="h1" id="found" ref={heading} tabIndex={-1}>
              {nameOf(search)}
            </Typography>
            {search.q && (
              <Box component={Link} to="/" sx={{ color: 'text.secondary', py: 1 }}>
                Clear search
              </Box>
            )}
          </Box>
          {found.isPending && (
            <>
              <Patience waiting again={found.failureCount > 0} />
              <ProductGridSkeleton />
            </>
          )}
          {found.isError && products.length === 0 && <Failure error={found.error} onRetry={() => void found.refetch()} />}
          {found.isSuccess && products.length === 0 && <Nothing search={search} />}
          {/* The goods of before, until those of now are there: to be seen, not to be bought by mistake. */}
          <Box inert={found.isPlaceholderData} sx={{ opacity: found.isPlaceholderData ? 0.5 : 1, transition: 'opacity 150ms' }}>
            {products.length > 0 && <ProductGrid products={products} />}
          </Box>
          {products.length > 0 && found.isFetchNextPageError && (
            <Box sx={{ mt: 4 }}>
              <Failure error={found.error} onRetry={() => void more()} />
            </Box>
          )}
          {found.hasNextPage && !found.isFetchNextPageError && (
            <Box sx={{ mt: 6, display: 'grid', placeItems: 'center' }}>
              <Action type="button" onClick={() => void more()} aria-disabled={found.isFetchingNextPage} style={{ minWidth: 220 }}>
                {found.isFetchingNextPage ? 'Fetching more…' : 'Show more goods'}
              </Action>
            </Box>
          )}
        </Box>
      </Box>
    </>
  );
}

function Nothing({ search }: { search: Search }) {
  return (
    <Box sx={{ pb: 6 }}>
      <Typography sx={{ mb: 1 }}>
        Nothing here answers to <strong>{search.q || search.category}</strong>
        {search.q && search.category ? ` on the shelf ${search.category}` : ''}.
      </Typography>
      <Link to="/">See all shelves</Link>
    </Box>
  );
}

function nameOf({ q, category }: Search): string {
  if (q) return `“${q}”${category ? ` in ${category}` : ''}`;
  return category || 'All shelves';
}

/** For the window: three goods that do not look alike. */
function ofThreeShelves(products: readonly Product[]): Product[] {
  const first = new Map(products.map((product) => [product.category, product]));
  return [...first.values()].slice(0, 3);
}
