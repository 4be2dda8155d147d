import { wallTime } from '../lib/wall-clock.ts'

interface Hours {
  opensAt: string | null
  closesAt: string | null
  timeZone: string
}

/**
 * `isOpen` tells whether the service takes orders at this instant. Opening hours are times on the wall of the service's time
 * zone: from opensAt up to but not including closesAt, over midnight when closesAt is not later than opensAt.
 */
export function isOpen({ opensAt, closesAt, timeZone }: Hours, now: Date): boolean {
  if (opensAt === null || closesAt === null) return true
  const time = wallTime(now, timeZone).slice(11, 16)
  return opensAt < closesAt ? time >= opensAt && time < closesAt : time >= opensAt || time < closesAt
}

/** `closedMessage` tells whoever finds the service closed: "opens at 09:00 Asia/Jakarta". */
export function closedMessage({ opensAt, timeZone }: Hours): string {
  return `opens at ${opensAt} ${timeZone}`
}
