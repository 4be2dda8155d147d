interface Hours {
  opensAt: string | null
  closesAt: string | null
  timeZone: string
}

/** `clocks` keeps formatters, because making one costs far more than using it. */
const clocks = new Map<string, Intl.DateTimeFormat>()

/** `clockOf` gives a clock that shows the time of day as "HH:mm" on the wall of a time zone, daylight saving time included. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone)
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    clocks.set(timeZone, clock)
  }
  return clock
}

/**
 * `isOpen` tells whether the service takes orders at this instant. Opening hours are times on the wall of the service's time
 * zone: from opensAt up to but not including closesAt, over midnight when closesAt is not later than opensAt.
 */
export function isOpen({ opensAt, closesAt, timeZone }: Hours, now: Date): boolean {
  if (opensAt === null || closesAt === null) return true
  const time = clockOf(timeZone).format(now)
  return opensAt < closesAt ? time >= opensAt && time < closesAt : time >= opensAt || time < closesAt
}

/** `closedMessage` tells whoever finds the service closed: "opens at 09:00 Asia/Jakarta". */
export function closedMessage({ opensAt, timeZone }: Hours): string {
  return `opens at ${opensAt} ${timeZone}`
}

/** `isTimeZone` tells whether a text names a time zone: an IANA name or a fixed offset such as "+07:00". */
export function isTimeZone(text: string): boolean {
  try {
    clockOf(text)
    return true
  } catch {
    return false
  }
}
