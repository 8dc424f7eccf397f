/** Begins all that is watched: what people do, which is a trace's first span, and, when there is time, how the page did. */
import { events } from '@/shared/telemetry/events';
import { begin } from '@/shared/telemetry/spans';

/** By then the first goods are there, on a slow phone too; and whoever left by then has seen nothing. */
const AFTER_LOAD_MS = 4_000;
const AFTER_CLICK_MS = 500;
const NAMED = 'a, button, input, summary, [role=button]';

let fetched = false;

export function watch(): void {
  for (const type of ['click', 'submit'] as const) window.addEventListener(type, noticed, { capture: true });
  events.start();
  const later = () => setTimeout(traces, AFTER_LOAD_MS);
  if (document.readyState === 'complete') later();
  else window.addEventListener('load', later, { once: true });
}

function traces(): void {
  if (fetched) return;
  fetched = true;
  // Without it nothing is sent; what is watched is nobody's errand.
  import('@/shared/telemetry/traces').then(({ start }) => start()).catch(() => undefined);
}

/** What it was, and where; not its words: those may be somebody's. */
function noticed({ type, target }: Event): void {
  const element = target instanceof Element ? (target.closest(NAMED) ?? target) : null;
  begin(type, { 'browser.element': element?.tagName.toLowerCase() ?? 'document' });
  setTimeout(traces, AFTER_CLICK_MS); // who clicks has seen something
}
