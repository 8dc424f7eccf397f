/** The browser's storage, where it may be had: a browser that keeps nothing still shows the shop. */

/** What lies under a key, if it is what one takes it for: an older version of ours may have left something else. */
export function read<T>(storage: Storage, key: string, isIt: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(storage.getItem(key) ?? 'null');
    return isIt(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether it was kept: where the storage is full or forbidden, what is in memory goes on. */
export function write(storage: Storage, key: string, value: unknown): boolean {
  try {
    if (value === null) storage.removeItem(key);
    else storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isNumber = (value: unknown): value is number => typeof value === 'number';
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

export function isListOf<T>(value: unknown, isIt: (each: unknown) => each is T): value is T[] {
  return Array.isArray(value) && value.every(isIt);
}
