/** A page: its title in the tab, its heading, and the focus on it when somebody comes from another page. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { type ReactNode, useEffect, useRef } from 'react';
import { NavigationType, useLocation, useNavigationType } from 'react-router';

type Width = 'wide' | 'text' | 'form';
type Props = { title: string; heading?: ReactNode; aside?: ReactNode; width?: Width; children: ReactNode };

const WIDTHS = { wide: 'none', text: 720, form: 440 } as const;

export function Page({ title, heading, aside, width = 'wide', children }: Props) {
  const ref = useArrival();
  return (
    <Box sx={{ maxWidth: WIDTHS[width], mx: 'auto' }}>
      <title>{`${title} · Zerocart`}</title>
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          gap: 2,
          justifyContent: 'space-between',
          alignItems: 'baseline',
          mb: 3,
        }}
      >
        <Typography variant="h1" ref={ref} tabIndex={-1}>
          {heading ?? title}
        </Typography>
        {aside}
      </Box>
      {children}
    </Box>
  );
}

/** Puts the focus on the heading after a navigation, not after the first load. Going back keeps where one was. */
export function useArrival() {
  const ref = useRef<HTMLHeadingElement>(null);
  const { key } = useLocation();
  const kind = useNavigationType();
  useEffect(() => {
    if (key === 'default') return;
    ref.current?.focus({ preventScroll: true });
    if (kind === NavigationType.Push) window.scrollTo(0, 0);
    // Only on arrival: a page that changes its own address (a search) keeps the focus where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return ref;
}
