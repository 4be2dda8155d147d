/** `clockTime` writes a time of the day in UTC: `14:03`. */
export const clockTime = (at: Date, locale: string): string =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', hour: '2-digit', minute: '2-digit' }).format(at)

/** `momentTime` writes a moment in UTC: `28 Nov 2026, 14:03`. */
export const momentTime = (at: Date, locale: string): string =>
  new Intl.DateTimeFormat(locale, {
    ...{ timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' },
    ...{ hour: '2-digit', minute: '2-digit' },
  }).format(at)
