/**
 * The browser's storage, where it may be had: a browser that keeps nothing still shows the shop, and so does the build,
 * which renders the first page and is no browser.
 */
type Place = 'localStorage' | 'sessionStorage';

/** What lies under a key, if it is what one takes it for: an older version of ours may have left something else. */
export function read<T>(place: Place, key: string, isIt: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(globalThis[place].getItem(key) ?? 'null');
    return isIt(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether it was kept: where the storage is full or forbidden, what is in memory goes on. */
export function write(place: Place, key: string, value: unknown): boolean {
  try {
    const storage = globalThis[place]; // that alone may throw
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Tells of each key that another tab changes in localStorage; null: of all. */
export function onChangeElsewhere(heard: (key: string | null) => void): void {
  if (typeof window !== 'undefined') window.addEventListener('storage', ({ key }) => heard(key));
}

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => typeof value === 'number';
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

export function isListOf<T>(value: unknown, isIt: (each: unknown) => each is T): value is T[] {
  return Array.isArray(value) && value.every(isIt);
}
