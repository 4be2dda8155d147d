/** `pause` waits; it throws the signal's reason as soon as that is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const end = (): void => reject(signal?.reason)
  signal?.addEventListener('abort', end, { once: true })
  try {
    await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}

const FIRST_MS = 250
const MAX_MS = 8_000

/** `backoffMs` gives how long to wait after so many failures in a row: doubled each time, and random, so that clients spread out. */
export const backoffMs = (failures: number): number =>
  Math.min(MAX_MS, FIRST_MS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)
