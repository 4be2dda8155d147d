import { renderSVG } from 'uqr'

/** `QrDrawing` draws a text as a QR code, dark on light whatever the colours of the page are, as cameras want it. */
export function QrDrawing({ text, label, size }: { text: string; label: string; size: number }) {
  const source = `data:image/svg+xml,${encodeURIComponent(renderSVG(text, { border: 2 }))}`
  return <img src={source} alt={label} width={size} height={size} />
}
