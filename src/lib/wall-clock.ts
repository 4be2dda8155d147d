/** `clocks` keeps formatters, because making one costs far more than using it. */
const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone)
  if (!clock) {
    const [year, two] = ['numeric', '2-digit'] as const
    clock = new Intl.DateTimeFormat('sv-SE', {
      ...{ timeZone, year, month: two, day: two, hour: two, minute: two, second: two },
      hourCycle: 'h23',
    })
    clocks.set(timeZone, clock)
  }
  return clock
}

/** `wallTime` gives what clock and calendar on the wall of a time zone show: "2026-11-29 10:31:00". Such texts sort by time. */
export const wallTime = (instant: Date, timeZone: string): string => clockOf(timeZone).format(instant)

/** `isTimeZone` tells whether a text names a time zone: an IANA name or a fixed offset such as "+07:00". */
export function isTimeZone(text: string): boolean {
  try {
    clockOf(text)
    return true
  } catch {
    return false
  }
}
