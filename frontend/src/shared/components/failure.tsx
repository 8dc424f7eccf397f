/** An error as people are told it, with a way on, and what to quote when they ask for help. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { type ReactNode, useEffect, useState } from 'react';
import { Action } from '@/shared/components/action';
import { ApiError } from '@/shared/api/errors';
import { explain } from '@/shared/api/words';

type Props = { error: unknown; onRetry?: (() => void) | undefined; title?: string; children?: ReactNode };

export function Failure({ error, onRetry, title, children }: Props) {
  const told = explain(error);
  const leftS = useCountdown(told.retryAfterS, error);
  return (
    <Box
      role="alert"
      sx={(theme) => ({
        border: `1px solid color-mix(in srgb, ${theme.vars.palette.error.main} 45%, transparent)`,
        background: `color-mix(in srgb, ${theme.vars.palette.error.main} 7%, ${theme.vars.palette.background.paper})`,
        borderRadius: 2,
        p: 2.5,
        maxWidth: 720,
      })}
    >
      <Typography component="p" variant="h3" sx={{ mb: 0.5 }}>
        {title ?? told.title}
      </Typography>
      <Typography sx={{ color: 'text.secondary' }}>{children ?? told.text}</Typography>
      {onRetry && !isFinal(error) && (
        <Action type="button" onClick={onRetry} disabled={leftS > 0} style={{ marginTop: 16 }}>
          {leftS > 0 ? `Try again in ${leftS} s` : 'Try again'}
        </Action>
      )}
      {told.traceId && !isFinal(error) && (
        <Typography variant="body2" sx={{ mt: 2, color: 'text.secondary', overflowWrap: 'anywhere' }}>
          If you write to us, quote <code>{told.traceId}</code>
        </Typography>
      )}
    </Box>
  );
}

/** What was refused for good: asking again, or asking us, changes nothing. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && [401, 403, 404].includes(error.status);
}

/** Seconds until trying again makes sense, counted down once for each error. */
function useCountdown(seconds: number | null, error: unknown): number {
  const [state, setState] = useState({ error, leftS: seconds ?? 0 });
  if (state.error !== error) setState({ error, leftS: seconds ?? 0 });
  const counting = state.leftS > 0;
  useEffect(() => {
    if (!counting) return undefined;
    const timer = setInterval(() => setState((before) => ({ ...before, leftS: before.leftS - 1 })), 1000);
    return () => clearInterval(timer);
  }, [counting, error]);
  return state.leftS;
}
