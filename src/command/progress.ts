import progress from 'cli-progress'
import type { SyncProgress } from '../sync/sync.ts'

type Bar = InstanceType<typeof progress.SingleBar>

/** `countingBar` shows how far something is done, on a terminal. */
export function countingBar(format: string): {
  show: (done: number, total: number) => void
  stop: () => void
} {
  const { stderr } = process
  if (!stderr.isTTY) return { show: () => {}, stop: () => {} }
  const bar = new progress.SingleBar({ format, stream: stderr })
  let started = false
  const show = (done: number, total: number): void => {
    if (!started) bar.start(total, done)
    started = true
    bar.update(done)
  }
  return { show, stop: () => bar.stop() }
}

/**
 * `progressBar` shows how far a list of services is read, and then written. It writes to a terminal only, beside the answer: on stderr.
 * How long a list is, nobody knows before its end.
 */
export function progressBar(): { progress: SyncProgress; stop: () => void } {
  const { stderr } = process
  if (!stderr.isTTY) return { progress: {}, stop: () => {} }
  const [reading, writing] = ['{value} services read', '{bar} {value}/{total} services'].map(
    (format) => new progress.SingleBar({ format, stream: stderr }),
  ) as [Bar, Bar]
  let shown: Bar | undefined
  const show = (bar: Bar, done: number, total: number): void => {
    if (shown !== bar) {
      shown?.stop()
      bar.start(total, done)
    }
    bar.update(done)
    shown = bar
  }
  return {
    progress: {
      onRead: (services: number) => show(reading, services, services),
      onWrite: (done: number, total: number) => show(writing, done, total),
    },
    stop: () => shown?.stop(),
  }
}
