import { i18n } from '@lingui/core'
import { useLingui } from '@lingui/react'
import { useSyncExternalStore } from 'react'
import { duration } from './duration.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `tick` has all relative times of a page written anew twice a minute, by one timer. */
let now = Date.now()
const watchers = new Set<() => void>()
setInterval(() => {
  now = Date.now()
  for (const watcher of watchers) watcher()
}, 30_000)
const useNow = (): number =>
  useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => void watchers.delete(watcher)
    },
    () => now,
  )

/** `ago` writes a time relative to now: `5 min. ago`, `in 2 hr.` */
export function ago(at: Date, from = Date.now()): string {
  const ms = at.getTime() - from
  const format = new Intl.RelativeTimeFormat(i18n.locale, { numeric: 'auto', style: 'short' })
  if (Math.abs(ms) < MINUTE) return format.format(0, 'second')
  if (Math.abs(ms) < HOUR) return format.format(Math.trunc(ms / MINUTE), 'minute')
  if (Math.abs(ms) < DAY) return format.format(Math.trunc(ms / HOUR), 'hour')
  return format.format(Math.trunc(ms / DAY), 'day')
}

/** `moment` writes a time in the person's zone: `28 Nov, 14:03`, with the year where it is another one. */
export function moment(at: Date): string {
  const isThisYear = at.getFullYear() === new Date().getFullYear()
  return new Intl.DateTimeFormat(i18n.locale, {
    day: 'numeric',
    month: 'short',
    ...(!isThisYear && { year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at)
}

/** `When` shows a time of the API: relative below a day, else as a moment; in UTC when pointed at. */
export function When({ at, exact = false }: { at: string | null | undefined; exact?: boolean }) {
  useLingui()
  const from = useNow()
  if (at == null) return <span className="muted">–</span>
  const time = new Date(at)
  const isNear = Math.abs(time.getTime() - from) < DAY
  return (
    <time dateTime={at} title={at}>
      {isNear && !exact ? ago(time, from) : moment(time)}
    </time>
  )
}

/** `HowLong` shows the time from one time of the API to another; without the second up to now, written anew as that passes. */
export function HowLong({ from, to }: { from: string; to?: string | null }) {
  useLingui()
  const now = useNow()
  const end = to == null ? now : Date.parse(to)
  return (
    <span title={to == null ? from : `${from} – ${to}`}>
      {duration(Math.max(0, end - Date.parse(from)) / 1000)}
    </span>
  )
}
