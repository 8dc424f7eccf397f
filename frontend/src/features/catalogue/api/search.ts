/** What is looked for, in the page's address and in the API's. */
export type Search = { q: string; category: string };

const PAGE = 24;

export function searchOf(parameters: URLSearchParams): Search {
  return { q: parameters.get('q')?.trim().slice(0, 200) ?? '', category: parameters.get('category') ?? '' };
}

/** The address of a search. */
export function address({ q, category }: Partial<Search>): string {
  const parameters = new URLSearchParams({ ...(q && { q }), ...(category && { category }) });
  const text = parameters.toString();
  return text ? `/?${text}` : '/';
}

/** What the API is asked for: the first page of goods, or the one at a cursor. */
export function query({ q, category }: Search, cursor: string | null) {
  return { limit: PAGE, ...(q && { q }), ...(category && { category }), ...(cursor !== null && { cursor }) };
}

/** The path of that for the first page. */
export function firstPath(search: Search): string {
  return `/api/products?${new URLSearchParams(Object.entries(query(search, null)).map(([name, value]) => [name, String(value)])).toString()}`;
}
