/// <reference types="vite/client" />
import '@mui/material/themeCssVarsAugmentation';

declare global {
  interface ImportMetaEnv {
    /** Origins, set when it is built; empty: the page's own. `shared/lib/addresses.ts` alone reads them. */
    readonly CDN_URL: string;
    readonly API_URL: string;
  }
}
