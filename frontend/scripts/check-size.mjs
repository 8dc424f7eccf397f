// How much JavaScript a browser loads before the first good is seen: the entry and all that it imports at once.
// Fails above the limit, compressed as it is served (brotli 11, made at build time; gzip for who has no brotli).
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const LIMIT_BYTES = 130_000;
const dist = new URL('../dist/', import.meta.url);
const page = readFileSync(new URL('index.html', dist), 'utf8');
// The entry, and what the page asks for beside it because the entry imports it.
const first = new Set([...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((found) => found[1]));
if (first.size === 0) throw new Error('dist/index.html names no script');

const total = { raw: 0, gzip: 0, brotli: 0 };
for (const file of first) {
  const script = readFileSync(new URL(file, dist));
  total.raw += script.length;
  total.gzip += gzipSync(script, { level: 9 }).length;
  total.brotli += brotliCompressSync(script).length;
}
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(
  `First page: ${first.size} scripts, ${kB(total.brotli)} brotli, ${kB(total.gzip)} gzip, ${kB(total.raw)} raw`,
);
if (total.brotli > LIMIT_BYTES) {
  console.error(
    `That is more than ${kB(LIMIT_BYTES)} compressed: what the first page does not need must be fetched later`,
  );
  process.exit(1);
}
