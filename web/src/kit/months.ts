import { i18n } from '@lingui/core'

/** `monthName` names a month such as `2026-11` in the reader's language: November 2026. */
export const monthName = (month: string): string =>
  new Intl.DateTimeFormat(i18n.locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(
    new Date(`${month}-01T00:00Z`),
  )
