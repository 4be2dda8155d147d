import { t } from '@lingui/core/macro'

/** SYSTEMS and BROWSERS are told by what they write of themselves: who comes first also writes what those behind do. */
const SYSTEMS = [
  ['iPhone', /iPhone/],
  ['iPad', /iPad/],
  ['Android', /Android/],
  ['Windows', /Windows/],
  ['macOS', /Macintosh/],
  ['ChromeOS', /CrOS/],
  ['Linux', /Linux|X11/],
] as const
const BROWSERS = [
  ['Edge', /Edg(?:e|A|iOS)?\//],
  ['Opera', /OPR\/|Opera/],
  ['Samsung Internet', /SamsungBrowser/],
  ['Firefox', /Firefox\/|FxiOS\//],
  ['Chrome', /Chrom(?:e|ium)\/|HeadlessChrome\/|CriOS\//],
  ['Safari', /Safari\//],
] as const

/** `deviceText` says in short what a device is by what its browser calls itself: "Chrome on Linux"; what is no browser is called as it calls itself. */
export function deviceText(userAgent: string): string {
  const known = (table: readonly (readonly [string, RegExp])[]) =>
    table.find(([, pattern]) => pattern.test(userAgent))?.[0]
  const [browser, system] = [known(BROWSERS), known(SYSTEMS)]
  return browser && system ? t`${{ browser }} on ${{ system }}` : (browser ?? system ?? userAgent)
}
