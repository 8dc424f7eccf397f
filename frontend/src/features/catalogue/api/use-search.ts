/** What is looked for stands in the address, so that it can be shared, reloaded and gone back to. */
import { useSearchParams } from 'react-router';
import type { Search } from '@/features/catalogue/api/products';

export function useSearch(): Search {
  const [parameters] = useSearchParams();
  return searchOf(parameters);
}

export function searchOf(parameters: URLSearchParams): Search {
  return { q: parameters.get('q')?.trim().slice(0, 200) ?? '', category: parameters.get('category') ?? '' };
}

/** The address of a search. */
export function address({ q, category }: Partial<Search>): string {
  const parameters = new URLSearchParams({ ...(q && { q }), ...(category && { category }) });
  const text = parameters.toString();
  return text ? `/?${text}` : '/';
}
