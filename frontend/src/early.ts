/**
 * The first script, and a small one: what must be right before anything is seen, and what takes longest asked for.
 *
 * The build has rendered the catalogue into index.html as it is before any goods are known (`prerender.tsx`). This shows
 * it in the colours that somebody chose, or takes it away where the address is another page's; asks for the goods; and has
 * the storefront itself come when that first picture is painted, for it keeps a slow processor busy for a second.
 */
import { firstPath, searchOf } from '@/features/catalogue/api/search';
import { askAhead } from '@/shared/api/ahead';

const { pathname, search } = window.location;
if (pathname === '/') askAhead(firstPath(searchOf(new URLSearchParams(search))));
if (pathname !== '/' || search !== '') document.getElementById('root')?.replaceChildren();
document.documentElement.dataset.scheme = scheme(); // until then base.css hides the page: nothing is seen in wrong colours
if (document.visibilityState === 'hidden') start();
else requestAnimationFrame(() => setTimeout(start));

function start(): void {
  void import('@/main');
}

/** As MUI decides it: what was chosen here, or else the system's. */
function scheme(): string {
  try {
    const chosen = localStorage.getItem('mui-mode');
    if (chosen === 'light' || chosen === 'dark') return chosen;
  } catch {
    // a browser that keeps nothing
  }
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}
