import { describe, expect, it } from 'vitest'
import { closedMessage, isOpen } from '../../src/catalogue/opening-hours.ts'
import { isTimeZone } from '../../src/lib/wall-clock.ts'

const hours = (opensAt: string | null, closesAt: string | null, timeZone = 'UTC') => ({
  opensAt,
  closesAt,
  timeZone,
})
const at = (instant: string) => new Date(instant)

describe('a service with opening hours', () => {
  it('is always open when it has none', () => {
    expect(isOpen(hours(null, null), at('2026-03-01T03:00:00Z'))).toBe(true)
  })

  it.each([
    ['08:59:59', false],
    ['09:00:00', true],
    ['16:59:59', true],
    ['17:00:00', false],
  ])('from 09:00 to 17:00 is at %s open: %s', (time, open) => {
    expect(isOpen(hours('09:00', '17:00'), at(`2026-03-01T${time}Z`))).toBe(open)
  })

  it.each([
    ['21:59:59', false],
    ['22:00:00', true],
    ['00:00:00', true],
    ['05:59:59', true],
    ['06:00:00', false],
  ])('from 22:00 over midnight to 06:00 is at %s open: %s', (time, open) => {
    expect(isOpen(hours('22:00', '06:00'), at(`2026-03-01T${time}Z`))).toBe(open)
  })

  it('is open all day when it closes as it opens', () => {
    expect(isOpen(hours('09:00', '09:00'), at('2026-03-01T08:59:00Z'))).toBe(true)
    expect(isOpen(hours('00:00', '00:00'), at('2026-03-01T00:00:00Z'))).toBe(true)
  })

  it('goes by the clock on the wall of its time zone', () => {
    const jakarta = hours('09:00', '17:00', 'Asia/Jakarta')
    expect(isOpen(jakarta, at('2026-03-01T01:59:00Z'))).toBe(false)
    expect(isOpen(jakarta, at('2026-03-01T02:00:00Z'))).toBe(true)
    expect(isOpen(jakarta, at('2026-03-01T10:00:00Z'))).toBe(false)
    expect(closedMessage(jakarta)).toBe('opens at 09:00 Asia/Jakarta')
  })

  it('opens at the same wall time before and after the clocks change', () => {
    const berlin = hours('09:00', '17:00', 'Europe/Berlin')
    // Winter time until 2026-03-29 02:00, then summer time.
    expect(isOpen(berlin, at('2026-03-28T07:30:00Z'))).toBe(false)
    expect(isOpen(berlin, at('2026-03-28T08:00:00Z'))).toBe(true)
    expect(isOpen(berlin, at('2026-03-29T06:59:00Z'))).toBe(false)
    expect(isOpen(berlin, at('2026-03-29T07:00:00Z'))).toBe(true)
    expect(isOpen(berlin, at('2026-03-29T15:00:00Z'))).toBe(false)
  })

  it('that would open in the hour that is left out opens when the clock jumps over it', () => {
    const berlin = hours('02:30', '12:00', 'Europe/Berlin')
    expect(isOpen(berlin, at('2026-03-29T00:59:00Z'))).toBe(false)
    expect(isOpen(berlin, at('2026-03-29T01:00:00Z'))).toBe(true)
  })
})

describe('a time zone', () => {
  it.each(['UTC', 'Asia/Jakarta', 'America/New_York', '+07:00'])('can be %s', (name) => {
    expect(isTimeZone(name)).toBe(true)
  })

  it.each(['', 'Jakarta', 'WIB', 'Asia/Nowhere', '25:00'])('cannot be %o', (name) => {
    expect(isTimeZone(name)).toBe(false)
  })
})
