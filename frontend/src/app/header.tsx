/** The navigation: home, search, the account, the basket, light or dark. */
import Box from '@mui/material/Box';
import { styled } from '@mui/material/styles';
import { Link } from 'react-router';
import { SchemeToggle } from '@/app/scheme-toggle';
import { SearchField } from '@/app/search-field';
import { usePieces } from '@/features/cart/api/use-cart';
import { hidden } from '@/shared/components/hidden';
import { Icon } from '@/shared/components/icons';
import { useLogin } from '@/shared/session/services';

const Bar = styled('header')(({ theme }) => ({
  position: 'sticky',
  top: 0,
  zIndex: 10,
  background: `color-mix(in srgb, ${theme.vars.palette.background.default} 92%, transparent)`,
  backdropFilter: 'blur(10px)',
  borderBottom: `1px solid ${theme.vars.palette.divider}`,
}));

export const Round = styled('a')(({ theme }) => ({
  display: 'inline-flex',
  alignItems: 'center',
  justifyContent: 'center',
  gap: 8,
  minWidth: 44,
  height: 44,
  paddingInline: 10,
  borderRadius: 999,
  border: 0,
  background: 'none',
  font: 'inherit',
  fontWeight: 500,
  color: theme.vars.palette.text.primary,
  textDecoration: 'none',
  cursor: 'pointer',
  '&:hover': { background: theme.vars.palette.divider },
  [theme.breakpoints.down('md')]: { '& .word': hidden },
}));

export function Header() {
  const login = useLogin();
  return (
    <Bar>
      <Box
        sx={{
          maxWidth: 1440,
          mx: 'auto',
          px: 'var(--gutter)',
          py: { xs: 1, md: 1.5 },
          display: 'grid',
          alignItems: 'center',
          columnGap: { xs: 1, sm: 3, md: 4 },
          rowGap: 1,
          gridTemplateColumns: { xs: '1fr auto', sm: 'auto minmax(0, 1fr) auto', md: '1fr minmax(0, 460px) 1fr' },
          gridTemplateAreas: { xs: '"home links" "search search"', sm: '"home search links"' },
        }}
      >
        <Box
          component={Link}
          to="/"
          sx={{
            gridArea: 'home',
            display: 'inline-flex',
            alignItems: 'center',
            gap: 1,
            justifySelf: 'start',
            minHeight: 44,
            color: 'inherit',
            textDecoration: 'none',
            fontFamily: 'h1.fontFamily',
            fontSize: '1.5rem',
          }}
        >
          <Mark /> Zerocart
        </Box>
        <Box sx={{ gridArea: 'search', justifySelf: { sm: 'center' }, width: '100%', maxWidth: { sm: 460 } }}>
          <SearchField />
        </Box>
        <Box
          component="nav"
          aria-label="Shop"
          sx={{ gridArea: 'links', justifySelf: 'end', display: 'flex', alignItems: 'center', mr: { xs: -1, md: 0 } }}
        >
          <SchemeToggle />
          <Round as={Link} {...{ to: login === null ? '/login' : '/account' }}>
            <Icon name="person" />
            <span className="word">{login === null ? 'Log in' : 'Account'}</span>
          </Round>
          <BasketLink />
        </Box>
      </Box>
    </Bar>
  );
}

function BasketLink() {
  const pieces = usePieces();
  return (
    <Round as={Link} {...{ to: '/basket' }}>
      <Icon name="basket" />
      <span className="word">Basket</span>
      <Box component="span" sx={hidden}>
        {pieces === 0 ? ' empty' : ` ${pieces} ${pieces === 1 ? 'piece' : 'pieces'}`}
      </Box>
      {pieces > 0 && (
        <Box
          component="span"
          aria-hidden
          sx={{
            minWidth: 24,
            height: 24,
            px: 0.75,
            borderRadius: 99,
            display: 'grid',
            placeItems: 'center',
            bgcolor: 'primary.main',
            color: 'primary.contrastText',
            fontSize: '0.8rem',
            fontWeight: 600,
          }}
        >
          {pieces > 999 ? '999+' : pieces}
        </Box>
      )}
    </Round>
  );
}

function Mark() {
  return (
    <svg width="24" height="26" viewBox="0 0 20 24" aria-hidden="true">
      <path d="M0 24V10a10 10 0 0 1 20 0v14z" fill="var(--mui-palette-primary-main)" />
      <circle cx="10" cy="11" r="4.2" fill="var(--mui-palette-background-default)" />
    </svg>
  );
}
