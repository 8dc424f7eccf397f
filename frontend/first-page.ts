/**
 * What the build does for the first page: one small script and one large one, and the page itself, which is rendered here.
 *
 * index.html is served for every address. It has the catalogue in it as it is before any goods are known, and its styles
 * in a file, for the policy allows none in the page: that is seen while the scripts are still on their way.
 */
import { fileURLToPath } from 'node:url';
import { type HtmlTagDescriptor, type Plugin, type ResolvedConfig, runnerImport } from 'vite';

type Graph = { getModuleInfo(id: string): { importedIds: readonly string[] } | null };
type Prerendered = typeof import('./src/prerender');

/** MUI's own modules import these, and of what they take the first page uses nothing. */
const UNUSED_AT_FIRST = /@mui\/material\/(Input|Form|Textarea|Filled|Outlined)/;
const source = (name: string) => fileURLToPath(new URL(`./src/${name}`, import.meta.url));

/**
 * All that the first page needs is one script, but for the one before it, which asks for the goods. Left alone, the bundler
 * makes a script of whatever several pages share: nine instead of one, and they compress worse apart than together.
 */
export function firstScripts(): (id: string, graph: Graph) => string | null {
  const reached = new Map<string, Set<string>>();
  const of = (entry: string, graph: Graph) => {
    let found = reached.get(entry);
    if (!found) reached.set(entry, (found = reachable(source(entry), graph)));
    return found;
  };
  return (id, graph) => {
    if (of('early.ts', graph).has(id)) return 'early';
    return of('main.tsx', graph).has(id) && !UNUSED_AT_FIRST.test(id) ? 'first' : null;
  };
}

function reachable(entry: string, graph: Graph): Set<string> {
  const found = new Set<string>();
  const waiting = [entry];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...(graph.getModuleInfo(next)?.importedIds ?? []));
  }
  return found;
}

/** Renders the first page, and puts it, its one style sheet, its fonts and its scripts into index.html. */
export function firstPage(cdnUrl: string): Plugin[] {
  let config: ResolvedConfig;
  let html = '';
  let before = ''; // the style sheet that Vite made, which is a part of the one that is served
  return [
    {
      name: 'first-page-styles',
      apply: 'build',
      configResolved: (resolved) => void (config = resolved),
      generateBundle: {
        order: 'pre', // before Vite makes index.html
        async handler(_, bundle) {
          const { resolve, define } = config;
          const made = await runnerImport<Prerendered>(source('prerender.tsx'), {
            configFile: false,
            root: config.root,
            resolve: { alias: resolve.alias },
            define: define ?? {},
            oxc: { jsx: { development: false } },
          });
          const page = made.module.firstPage();
          // A policy without unsafe-inline refuses it, and the page would look otherwise than it was rendered.
          const refused = / style="[^"]*"/.exec(page.html);
          if (refused)
            this.error(`the first page has${refused[0]}: say it in sx, the policy allows no style attribute`);
          html = page.html;
          const styles = Object.values(bundle).find(({ fileName }) => /index-[^.]*\.css$/.test(fileName));
          if (styles?.type !== 'asset') this.error('index.html has no style sheet');
          before = styles.fileName;
          this.emitFile({ type: 'asset', name: 'first.css', source: `${String(styles.source)}${page.css}` });
        },
      },
    },
    {
      name: 'first-page',
      apply: 'build',
      generateBundle: {
        order: 'post',
        handler: (_, bundle) => void Reflect.deleteProperty(bundle, before),
      },
      transformIndexHtml: {
        order: 'post',
        handler(page, { bundle }) {
          const linked = (wanted: RegExp, attributes: Record<string, string>): HtmlTagDescriptor[] => {
            const found = Object.keys(bundle ?? {}).filter((file) => wanted.test(file));
            if (found.length === 0) throw new Error(`nothing that was built is named ${String(wanted)}`);
            return found.map((file) => ({
              tag: 'link',
              attrs: { ...attributes, crossorigin: '', href: `${cdnUrl}/${file}` },
              injectTo: 'head',
            }));
          };
          return {
            html: page
              .replace(/<link rel="stylesheet"[^>]*>/, '')
              .replace('<div id="root"></div>', () => `<div id="root">${html}</div>`),
            tags: [
              // The two fonts of the first text are asked for with the page, and not when it is already laid out.
              ...linked(/-latin-(wght|400)-normal-.*\.woff2$/, { rel: 'preload', as: 'font', type: 'font/woff2' }),
              ...linked(/first-[^.]*\.css$/, { rel: 'stylesheet' }),
              ...linked(/(first|main|rolldown-runtime)-[^.]*\.js$/, { rel: 'modulepreload' }),
            ],
          };
        },
      },
    },
  ];
}
