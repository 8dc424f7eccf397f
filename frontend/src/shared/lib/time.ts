const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });
const MINUTE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short' });

/** A moment of the API as a day: 24 November 2026. */
export function day(moment: string): string {
  return DAY.format(new Date(moment));
}

export function minute(moment: string): string {
  return MINUTE.format(new Date(moment));
}
