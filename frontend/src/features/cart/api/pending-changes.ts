/**
 * The changes that the server has not taken yet, for all tabs. Each lies under a key of its own: tabs run in processes of
 * their own, and two that read, change and write one list at the same moment would lose what the other one wrote.
 */
import { type Change, isChange } from '@/features/cart/api/changes';
import { read, write } from '@/shared/lib/storage';

const PREFIX = 'zerocart.cart.change.';

export const isPendingKey = (key: string) => key.startsWith(PREFIX);

export class PendingChanges {
  /** What the browser would not keep. */
  readonly #unkept = new Map<string, Change>();
  #count = 0;

  /** In the order in which they were made. */
  all(): Change[] {
    const kept = keys().flatMap((key) => read('localStorage', key, isChange) ?? []);
    return [...kept, ...this.#unkept.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  add(wanted: { sku: string } & ({ add: number } | { set: number })): void {
    const order = [Date.now(), this.#count++].map((part) => part.toString(36).padStart(9, '0')).join('-');
    const change = { id: `${order}-${crypto.randomUUID()}`, ...wanted };
    if (!write('localStorage', PREFIX + change.id, change)) this.#unkept.set(change.id, change);
  }

  remove(ids: Iterable<string>): void {
    for (const id of ids) {
      this.#unkept.delete(id);
      write('localStorage', PREFIX + id, null);
    }
  }
}

function keys(): string[] {
  try {
    return Object.keys(localStorage).filter(isPendingKey);
  } catch {
    return [];
  }
}
