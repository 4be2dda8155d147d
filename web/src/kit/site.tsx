import { Trans } from '@lingui/react/macro'

const given = document.querySelector<HTMLMetaElement>('meta[name="public-url"]')?.content

/** `site` is where people and programs reach the server: as its operator says (PUBLIC_URL), else as this page was opened. It has no slash at its end. */
export const site = given ?? window.location.origin

/** `isHereOnly` tells that nobody reaches that from another computer. */
const isHereOnly = /^(localhost|127(\.\d+){3}|\[::1\]|.+\.localhost)$/.test(new URL(site).hostname)

/** `linkTo` is a link of the server, of which it may have said the path alone. */
export const linkTo = (link: string): string => new URL(link, site).href

/** `HereOnly` says of a link or an address of the server that it is of no use to others, and what mends that. */
export function HereOnly() {
  if (!isHereOnly) return null
  return (
    <p role="note">
      <Trans>
        Nobody else can open this: <span className="code">{site}</span> is your own computer. Set{' '}
        <span className="code">PUBLIC_URL=https://…</span> in the server’s file{' '}
        <span className="code">imeigate.env</span> to the address by which others reach it, and start it
        again.
      </Trans>
    </p>
  )
}
