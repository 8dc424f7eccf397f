/**
 * The shop's look: the cool paper and pine green of a greenhouse, so that the goods, which are warm, are what one sees.
 * Round where one touches, calm where one reads. Light and dark are the same design, as two sets of CSS variables.
 */
import { createTheme } from '@mui/material/styles';

const SERIF = '"Young Serif", Georgia, serif';
const SANS = '"Instrument Sans Variable", system-ui, sans-serif';

export const theme = createTheme({
  cssVariables: { colorSchemeSelector: 'data-scheme' },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: '#1f5b4b', dark: '#17463a', contrastText: '#ffffff' },
        secondary: { main: '#a8412b', contrastText: '#ffffff' },
        background: { default: '#f2f5f0', paper: '#ffffff' },
        text: { primary: '#1b2a25', secondary: '#50605a' },
        divider: 'rgba(27, 42, 37, 0.14)',
        success: { main: '#2c6a3b' },
        warning: { main: '#7d5200' },
        error: { main: '#a22d1c' },
      },
    },
    dark: {
      palette: {
        primary: { main: '#93d1b7', dark: '#b3e0cc', contrastText: '#0d1f18' },
        secondary: { main: '#f09a82', contrastText: '#2a0f08' },
        background: { default: '#111815', paper: '#1a2420' },
        text: { primary: '#e8efea', secondary: '#a8b8b0' },
        divider: 'rgba(232, 239, 234, 0.16)',
        success: { main: '#8fd39a' },
        warning: { main: '#e9c06e' },
        error: { main: '#ff9f8c' },
      },
    },
  },
  shape: { borderRadius: 14 },
  typography: {
    fontFamily: SANS,
    h1: {
      fontFamily: SERIF,
      fontWeight: 400,
      fontSize: 'clamp(1.9rem, 1.3rem + 2.6vw, 3.1rem)',
      lineHeight: 1.12,
      textWrap: 'balance',
    },
    h2: { fontFamily: SERIF, fontWeight: 400, fontSize: 'clamp(1.35rem, 1.15rem + 0.9vw, 1.8rem)', lineHeight: 1.2 },
    h3: { fontWeight: 600, fontSize: '1rem', lineHeight: 1.35 },
    body1: { lineHeight: 1.6 },
  },
  components: {
    MuiDialog: { styleOverrides: { paper: { borderRadius: 24, padding: 8, maxWidth: 460 } } },
    MuiDialogTitle: { styleOverrides: { root: { fontFamily: SERIF, fontSize: '1.4rem' } } },
    MuiPaper: { styleOverrides: { root: { backgroundImage: 'none' } } },
    MuiOutlinedInput: {
      styleOverrides: { root: ({ theme }) => ({ backgroundColor: theme.vars.palette.background.paper }) },
    },
    MuiCssBaseline: {
      styleOverrides: {
        body: { fontVariantNumeric: 'lining-nums', WebkitFontSmoothing: 'antialiased' },
        a: { color: 'var(--mui-palette-primary-main)', textUnderlineOffset: 3, textDecorationThickness: 1 },
        'a, button, input, [tabindex]': { outlineOffset: 3 },
        ':focus-visible': { outline: '3px solid var(--mui-palette-primary-main)' },
        'h1:focus, main:focus': { outline: 'none' },
      },
    },
  },
});
