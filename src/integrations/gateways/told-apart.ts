import { integer } from '../../lib/attribute-types.ts'
import { isTimeZone } from '../../lib/wall-clock.ts'
import { text } from '../kit/fields.ts'
import type { TellingApart } from './transfer.ts'

const timeZone = text({
  label: 'Time zone',
  flag: '--time-zone <text>',
  default: 'UTC',
  help: 'whose days and times the bank writes, such as Asia/Jakarta',
})

/** `toldApart` are the fields of a kind whose deposits are told apart by their amounts. */
export const toldApart = {
  expires_hours: integer({
    label: 'Time to pay',
    flag: '--expires-hours <text>',
    default: 24,
    min: 1,
    max: 2160,
    help: 'how long a deposit may be paid, 1 to 2160 hours',
  }),
  tail_max: integer({
    label: 'Most that is added',
    flag: '--tail-max <count>',
    default: 99,
    min: 1,
    max: 9999,
    help: 'each deposit is raised by 1 to so many of the smallest unit, 1 to 9999, so that no two are the same',
  }),
  keep_days: integer({
    label: 'Days that an amount rests',
    flag: '--keep-days <days>',
    default: 7,
    min: 1,
    max: 90,
    help: 'so long an amount is given to no other deposit after its own has ended, and a late payment is known by it, 1 to 90 days',
  }),
  time_zone: {
    ...timeZone,
    fault: (zone: string) => (isTimeZone(zone) ? undefined : 'must be a time zone such as Asia/Jakarta'),
  },
}

/** `tellingApart` gives what the fields say. `step` is the smallest unit that is added, in micros. */
export const tellingApart = (settings: Record<string, unknown>, step: bigint): TellingApart => ({
  step,
  most: Number(settings['tail_max']),
  keepDays: Number(settings['keep_days']),
  timeZone: String(settings['time_zone']),
})
