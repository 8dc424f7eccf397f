/** The cart's lines with what the goods are called and cost now, and how many there are. */
import { useQueries } from '@tanstack/react-query';
import type { Line } from '@/features/cart/api/changes';
import { ApiError } from '@/shared/api/errors';
import { product, type Product } from '@/shared/api/products';
import { type Money, sum, times } from '@/shared/lib/money';
import { useApi } from '@/shared/session/services';

export type PricedLine = Line & {
  /** Null while it is not known. */
  product: Product | null;
  /** It is no longer sold. */
  gone: boolean;
  total: Money | null;
};

export type PricedCart = { lines: PricedLine[]; total: Money | null; waiting: boolean; error: unknown };

export function usePricedLines(lines: readonly Line[]): PricedCart {
  const api = useApi();
  return useQueries({
    queries: lines.map((line) => product(api, line.sku)),
    combine: (results) => {
      const priced = lines.map((line, index) => {
        const found = results[index]?.data ?? null;
        const error = results[index]?.error;
        const gone = error instanceof ApiError && error.status === 404;
        return { ...line, product: found, gone, total: found && times(found.price, line.quantity) };
      });
      const totals = priced.flatMap((line) => (line.total === null ? [] : [line.total]));
      const known = priced.every((line) => line.total !== null || line.gone);
      return {
        lines: priced,
        total: known ? sum(totals) : null,
        waiting: results.some((result) => result.isPending),
        error: results.find((result, index) => result.error !== null && !priced[index]?.gone)?.error ?? null,
      };
    },
  });
}
