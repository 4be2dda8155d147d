import { inspect } from 'node:util'

/** PATIENCE_MS is how long tests wait for anything at most. It ends only what hangs: nothing takes a tenth of it, on a slow machine neither. */
export const PATIENCE_MS = 300_000

/** `WAIT` is for `vi.waitFor`, whose own patience is a second. */
export const WAIT = { timeout: PATIENCE_MS, interval: 10 }

/** `until` asks until the answer is yes, ever more seldom, with pauses longer than an answer takes. Where it gives up it says what `state` gives then. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  state?: () => unknown,
): Promise<void> {
  let pause = 5
  for (let left = PATIENCE_MS; left > 0; ) {
    const asked = performance.now()
    if (await holds()) return
    pause = Math.max(Math.min(2 * pause, 100), 5 * (performance.now() - asked))
    await new Promise((resolve) => setTimeout(resolve, pause))
    left -= pause
  }
  const found = state && inspect(await state(), { depth: 5, maxArrayLength: 20 })
  throw new Error(`it did not come to this: ${what}${found === undefined ? '' : `, but to ${found}`}`)
}
