import { renderSVG } from 'uqr'

/** `QrCode` draws a text as a QR code, dark on light whatever the colours of the page are, as cameras want it. */
export function QrCode({ text, label, size = 200 }: { text: string; label: string; size?: number }) {
  const source = `data:image/svg+xml,${encodeURIComponent(renderSVG(text, { border: 2 }))}`
  return <img src={source} alt={label} width={size} height={size} />
}
