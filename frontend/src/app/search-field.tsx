/** Looks for what is typed as soon as somebody stops typing, or says so. It stays on the page where it leads. */
import Box from '@mui/material/Box';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { useNavigate, useLocation, useSearchParams } from 'react-router';
import { Icon } from '@/shared/components/icons';

const PAUSE_MS = 350;

export function SearchField() {
  const [parameters] = useSearchParams();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const asked = pathname === '/' ? (parameters.get('q') ?? '') : '';
  const [typed, setTyped] = useState(asked);
  const [seen, setSeen] = useState(asked);
  if (seen !== asked) {
    // The address changed from elsewhere (back, a link): show what it says, unless somebody is typing that very thing.
    setSeen(asked);
    if (typed.trim() !== asked) setTyped(asked);
  }
  const timer = useRef<number>(undefined);
  const present = useRef({ parameters, pathname });
  useEffect(() => {
    present.current = { parameters, pathname }; // a shelf may be chosen between the last letter and the search
  });
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const look = (text: string, replace: boolean) => {
    window.clearTimeout(timer.current);
    const now = present.current;
    const next = new URLSearchParams(now.pathname === '/' ? now.parameters : undefined);
    if (text.trim()) next.set('q', text.trim());
    else next.delete('q');
    void navigate({ pathname: '/', search: next.toString() }, { replace });
  };
  const type = (text: string) => {
    setTyped(text);
    window.clearTimeout(timer.current);
    // Only where the goods are: on another page nobody is taken away by his first letter.
    if (pathname === '/') timer.current = window.setTimeout(() => look(text, asked !== ''), PAUSE_MS);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    look(typed, pathname === '/' && asked !== '');
  };
  return (
    <Box component="form" role="search" onSubmit={submit} sx={{ position: 'relative', color: 'text.secondary' }}>
      <Box sx={{ position: 'absolute', left: 14, top: 11, pointerEvents: 'none' }}>
        <Icon name="search" />
      </Box>
      <Box
        component="input"
        type="search"
        aria-label="Search the shop"
        placeholder="Lanterns, bunting, lunch bags…"
        maxLength={200}
        value={typed}
        onChange={(event) => type(event.target.value)}
        sx={(theme) => ({
          width: '100%',
          height: 44,
          boxSizing: 'border-box',
          borderRadius: 99,
          border: `1px solid ${theme.vars.palette.divider}`,
          bgcolor: 'background.paper',
          color: 'text.primary',
          font: 'inherit',
          pl: '46px',
          pr: 2,
          '&::placeholder': { color: 'text.secondary', opacity: 1 },
        })}
      />
    </Box>
  );
}
