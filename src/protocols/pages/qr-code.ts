import { encode } from 'uqr'

/** `qrCode` draws a text as a QR code, dark on light whatever the colours of the page are, as cameras want it: a row of dark points is one part of its path. */
export function qrCode(text: string, label: string): string {
  const { data, size } = encode(text, { border: 2 })
  const path = data.flatMap((row, y) =>
    row.flatMap((isDark, x) => {
      if (!isDark || row[x - 1]) return []
      const end = row.indexOf(false, x)
      const width = (end === -1 ? size : end) - x
      return [`M${x} ${y}h${width}v1h-${width}z`]
    }),
  )
  return `<svg role="img" aria-label="${label}" width="132" height="132" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path fill="#000" d="${path.join('')}"/></svg>`
}
