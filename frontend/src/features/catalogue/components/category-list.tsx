/** The shelves: a column beside the goods where there is room, a line to push along where there is not. */
import { styled } from '@mui/material/styles';
import { useEffect, useRef } from 'react';
import { Link } from 'react-router';
import { CATEGORIES } from '@/features/catalogue/api/categories';
import type { Search } from '@/features/catalogue/api/search';
import { address } from '@/features/catalogue/api/search';

const List = styled('ul')(({ theme }) => ({
  listStyle: 'none',
  margin: 0,
  display: 'flex',
  gap: 8,
  position: 'relative',
  overflowX: 'auto',
  scrollbarWidth: 'none',
  marginInline: 'calc(-1 * var(--gutter))',
  padding: '4px var(--gutter)',
  scrollPaddingInline: 'var(--gutter)',
  '& a': {
    display: 'flex',
    alignItems: 'center',
    minHeight: 44,
    paddingInline: 16,
    borderRadius: 999,
    whiteSpace: 'nowrap',
    color: theme.vars.palette.text.primary,
    textDecoration: 'none',
    border: `1px solid ${theme.vars.palette.divider}`,
    '&:hover': { borderColor: theme.vars.palette.primary.main },
    '&[aria-current]': {
      background: theme.vars.palette.primary.main,
      borderColor: theme.vars.palette.primary.main,
      color: theme.vars.palette.primary.contrastText,
      fontWeight: 600,
    },
  },
  [theme.breakpoints.up('md')]: {
    display: 'block',
    position: 'sticky',
    top: 92,
    margin: 0,
    padding: 0,
    overflow: 'visible',
    '& a': { minHeight: 38, border: 0, paddingInline: 14, marginLeft: -14, whiteSpace: 'normal', lineHeight: 1.25 },
    '& a:hover': { background: theme.vars.palette.divider },
    '& a[aria-current]:hover': { background: theme.vars.palette.primary.dark },
  },
}));

export function CategoryList({ search }: { search: Search }) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // Along the line only: the page itself stays where it is.
    const chosen = list.current?.querySelector<HTMLElement>('[aria-current]');
    if (chosen) list.current?.scrollTo({ left: chosen.offsetLeft - 24 });
  }, [search.category]);
  return (
    <nav aria-label="Shelves">
      <List ref={list}>
        {['', ...CATEGORIES].map((category) => (
          <li key={category}>
            <Link
              to={address({ q: search.q, category })}
              aria-current={search.category === category ? 'page' : undefined}
            >
              {category || 'All shelves'}
            </Link>
          </li>
        ))}
      </List>
    </nav>
  );
}
