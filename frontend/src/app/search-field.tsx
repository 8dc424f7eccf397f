/** Looks for what is typed as soon as somebody stops typing, or says so. It stays on the page where it leads. */
import Box from '@mui/material/Box';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { useNavigate, useLocation, useSearchParams } from 'react-router';
import { Icon } from '@/shared/components/icons';

const PAUSE_MS = 350;

/** What stands in the field, and whether it is still to be looked for: the address does not say it yet. */
type Typed = { text: string; pending: boolean };

export function SearchField() {
  const [parameters] = useSearchParams();
  const { pathname, key } = useLocation();
  const navigate = useNavigate();
  const asked = pathname === '/' ? (parameters.get('q') ?? '') : '';
  const [early] = useState(typedEarly);
  const [{ text, pending }, setTyped] = useState<Typed>(() =>
    early === null ? { text: asked, pending: false } : { text: early, pending: isNew(early, asked) },
  );
  const [seen, setSeen] = useState({ asked, pathname });
  if (seen.asked !== asked || seen.pathname !== pathname) {
    setSeen({ asked, pathname });
    setTyped(afterMove({ text, pending }, seen, { asked, pathname }));
  }
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (early !== null) field.current?.focus();
  }, [early]);

  const look = (replace: boolean) => {
    const next = new URLSearchParams(pathname === '/' ? parameters : undefined);
    if (text.trim()) next.set('q', text.trim());
    else next.delete('q');
    void navigate({ pathname: '/', search: next.toString() }, { replace });
  };
  useEffect(() => {
    if (!pending) return undefined;
    const timer = setTimeout(() => look(asked !== ''), PAUSE_MS);
    return () => clearTimeout(timer);
    // With each letter anew, and with each address: a shelf that is chosen meanwhile must not lose what was typed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [text, pending, key]);
  const type = (typed: string) => {
    // Only where the goods are: on another page nobody is taken away by his first letter.
    setTyped({ text: typed, pending: pathname === '/' && isNew(typed, asked) });
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTyped({ text, pending: false });
    look(pathname === '/' && asked !== '');
  };
  return (
    <Box component="form" role="search" onSubmit={submit} sx={{ position: 'relative', color: 'text.secondary' }}>
      <Box sx={{ position: 'absolute', left: 14, top: 11, pointerEvents: 'none' }}>
        <Icon name="search" />
      </Box>
      <Box
        component="input"
        ref={field}
        type="search"
        aria-label="Search the shop"
        placeholder="Lanterns, bunting, lunch bags…"
        maxLength={200}
        value={text}
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

type Place = { asked: string; pathname: string };

function isNew(text: string, asked: string): boolean {
  return text.trim() !== asked;
}

/** What stands there after the address changed: what it says, unless somebody types something that it does not say yet. */
function afterMove({ text, pending }: Typed, from: Place, to: Place): Typed {
  if (!isNew(text, to.asked)) return { text, pending: false };
  const cleared = from.asked !== '' && to.asked === '';
  const overtaken = pending && to.pathname === '/' && !cleared;
  if (overtaken) return { text, pending };
  const still = from.pathname !== '/' && to.pathname !== '/'; // it waits for Enter, whatever page one goes to
  return { text: still ? text : to.asked, pending: false };
}

/** What somebody has typed into the page as the build has rendered it, which this one is about to replace. */
function typedEarly(): string | null {
  const before =
    typeof document === 'undefined' ? null : document.querySelector<HTMLInputElement>('#root [type=search]');
  return before !== null && (before.value !== '' || before === document.activeElement) ? before.value : null;
}
