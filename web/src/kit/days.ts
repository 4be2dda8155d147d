/**
 * `endedOn` narrows orders to those that ended on some days, both in it, which begin and end in a time zone: figures count by such days. The server
 * takes days to be of UTC, so others are given by their times.
 */
export function endedOn(from: string, to: string, zone: string): { ended_from: string; ended_to: string } {
  if (zone === 'UTC') return { ended_from: from, ended_to: to }
  return { ended_from: midnight(from, zone), ended_to: midnight(dayBehind(to), zone) }
}

const dayBehind = (day: string): string =>
  new Date(Date.parse(`${day}T00:00Z`) + 86_400_000).toISOString().slice(0, 10)

/** `midnight` gives when a day begins in a time zone. */
function midnight(day: string, zone: string): string {
  const wanted = Date.parse(`${day}T00:00Z`)
  // The second look is right where the clock was changed in between.
  const near = wanted - offsetAt(wanted, zone)
  return new Date(wanted - offsetAt(near, zone)).toISOString()
}

/** `offsetAt` is how far a zone's clock is ahead of UTC at a moment, in milliseconds. */
function offsetAt(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  }).formatToParts(at)
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value)
  const there = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'))
  return there - Math.floor(at / 1000) * 1000
}
