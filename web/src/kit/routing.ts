import {
  lazyRouteComponent,
  parseSearchWith,
  type RouteComponent,
  redirect,
  stringifySearchWith,
} from '@tanstack/react-router'
import { queries } from '../api/queries.ts'

/** What the lists of pages of the console and of the portal share. */

export type Load = () => Promise<Record<string, unknown>>

/** `texts` takes the filters of a list as they stand in the URL. */
export const texts = (search: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(search).map(([name, value]) => [name, String(value)]))

/** `plainSearch` writes what stands behind the `?` of a URL as it is, and reads it so: as JSON a number would stand in quotes, and lose digits. */
export const plainSearch = {
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith(String),
}

/** `late` loads the component of a page from its file when the page is first opened. */
export const late = (load: Load, name: string) =>
  lazyRouteComponent(load as () => Promise<Record<string, RouteComponent>>, name)

/** `signedIn` lets in who is signed in. Anybody else signs in first, and then comes to the page that was wanted. */
export const signedIn =
  (base: string, session: Parameters<typeof queries.ensureQueryData>[0]) =>
  async ({ location }: { location: { href: string } }): Promise<void> => {
    if (await queries.ensureQueryData(session)) return
    throw redirect({
      href: `${base}/sign-in?back=${encodeURIComponent(`${base}${location.href}`)}`,
      reloadDocument: true,
    })
  }
