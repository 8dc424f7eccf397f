/**
 * The shop's button, for what does something and for what leads somewhere.
 *
 * Not MUI's: that one brings its base, its ripple and a spinner, 24 kB, into what is loaded before the first good is seen.
 */
import { styled } from '@mui/material/styles';
import { Link } from 'react-router';

type Look = { kind?: 'full' | 'outlined' | 'plain'; wide?: boolean };

export const Action = styled('button', { shouldForwardProp: (name) => name !== 'kind' && name !== 'wide' })<Look>(
  ({ theme, kind = 'outlined', wide = false }) => ({
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    gap: 8,
    minHeight: 44,
    boxSizing: 'border-box',
    padding: '8px 22px',
    width: wide ? '100%' : undefined,
    borderRadius: 999,
    border: '1px solid transparent',
    font: 'inherit',
    fontWeight: 600,
    lineHeight: 1.25,
    textAlign: 'center',
    textDecoration: 'none',
    cursor: 'pointer',
    transition: 'background-color 150ms, border-color 150ms',
    color: theme.vars.palette.text.primary,
    background: 'none',
    ...(kind === 'outlined' && {
      background: theme.vars.palette.background.paper,
      borderColor: theme.vars.palette.divider,
      '&:hover': { borderColor: theme.vars.palette.primary.main },
    }),
    ...(kind === 'full' && {
      background: theme.vars.palette.primary.main,
      color: theme.vars.palette.primary.contrastText,
      '&:hover': { background: theme.vars.palette.primary.dark },
    }),
    ...(kind === 'plain' && {
      paddingInline: 12,
      '&:hover': { background: theme.vars.palette.divider },
    }),
    '&:disabled': {
      cursor: 'default',
      color: theme.vars.palette.text.secondary,
      background: theme.vars.palette.divider,
      borderColor: 'transparent',
    },
  }),
);

/** The same look for a link. */
export const ActionLink = Action.withComponent(Link);
