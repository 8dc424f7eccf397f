/** What is looked for stands in the address, so that it can be shared, reloaded and gone back to. */
import { useSearchParams } from 'react-router';
import { type Search, searchOf } from '@/features/catalogue/api/search';

export function useSearch(): Search {
  const [parameters] = useSearchParams();
  return searchOf(parameters);
}
