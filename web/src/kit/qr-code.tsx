import { lazy, Suspense } from 'react'

const Drawing = lazy(async () => ({ default: (await import('./qr-drawing.tsx')).QrDrawing }))

/** `QrCode` shows a text as a QR code. What draws it is loaded with the first one: most pages that may show one do not. */
export function QrCode({ size = 200, ...given }: { text: string; label: string; size?: number }) {
  return (
    <Suspense fallback={<svg width={size} height={size} aria-hidden="true" />}>
      <Drawing {...given} size={size} />
    </Suspense>
  )
}
