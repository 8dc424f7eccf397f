/** What is around every page: the way past the navigation, the navigation, and where somebody is told that he is offline. */
import Box from '@mui/material/Box';
import { styled } from '@mui/material/styles';
import { Suspense, useEffect } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { Header } from '@/app/header';
import { OfflineBanner } from '@/app/offline-banner';
import { ErrorBoundary } from '@/shared/components/error-boundary';
import { Patience } from '@/shared/components/patience';
import { events } from '@/shared/telemetry/events';
import { withoutIds } from '@/shared/telemetry/spans';

const Skip = styled('a')(({ theme }) => ({
  position: 'fixed',
  zIndex: 20,
  top: 8,
  left: 8,
  padding: '10px 18px',
  borderRadius: 999,
  background: theme.vars.palette.primary.main,
  color: theme.vars.palette.primary.contrastText,
  '&:not(:focus)': { clipPath: 'inset(50%)', height: 1, width: 1, padding: 0, overflow: 'hidden' },
}));

export function Shell() {
  const { pathname } = useLocation();
  useEffect(() => events.tell('page.viewed', { page: withoutIds(pathname) }), [pathname]);
  return (
    <Box
      sx={{
        '--gutter': { xs: '16px', sm: '28px', lg: '48px' },
        minHeight: '100dvh',
        display: 'flex',
        flexDirection: 'column',
      }}
    >
      <Skip href="#main">Skip to the goods</Skip>
      <OfflineBanner />
      <Header />
      <Box
        component="main"
        id="main"
        tabIndex={-1}
        sx={{ flex: 1, width: '100%', maxWidth: 1440, mx: 'auto', px: 'var(--gutter)', pt: { xs: 2, md: 4 }, pb: 10 }}
      >
        <ErrorBoundary>
          <Suspense fallback={<Patience waiting again={false} />}>
            <Outlet />
          </Suspense>
        </ErrorBoundary>
      </Box>
      <Box
        component="footer"
        sx={(theme) => ({ borderTop: `1px solid ${theme.vars.palette.divider}`, color: 'text.secondary' })}
      >
        <Box
          sx={{
            maxWidth: 1440,
            mx: 'auto',
            px: 'var(--gutter)',
            py: 4,
            display: 'flex',
            flexWrap: 'wrap',
            gap: 3,
            fontSize: '0.9rem',
          }}
        >
          <span>Zerocart, a shop made of functions that rest until you come.</span>
          <Box component={Link} to="/about" sx={{ color: 'inherit' }}>
            About the goods
          </Box>
        </Box>
      </Box>
    </Box>
  );
}
