import type { AccountPersonId, StaffId } from '../lib/ids.ts'
import { DAY_MS, HOUR_MS } from '../lib/time.ts'

/** Circle is whose people sign in: those of the staff, or those of accounts. It is the name of their table. */
export type Circle = 'staff' | 'account_people'

/** PersonId is the id of somebody in either circle: an id says nothing without its circle. */
export type PersonId = StaffId | AccountPersonId

/** `ownerIn` is the column that names the person in the tables that both circles share. */
export const ownerIn = { staff: 'staff_id', account_people: 'person_id' } as const satisfies Record<
  Circle,
  string
>

interface Terms {
  /** `sealedFor` is what secrets of a person are bound to, beside the id; `handle` is what authenticators know a person by. */
  sealedFor: string
  handle: string
  /** `actor` stands before the id in the trail. */
  actor: string
  /** `maxIdleMs` is how long a sign-in may be unused, and `maxMs` how long it holds at most. */
  maxIdleMs: number
  maxMs: number
  minPassword: number
}

/** `terms` has what differs between the circles. */
export const terms: Readonly<Record<Circle, Terms>> = {
  staff: {
    sealedFor: 'staff member',
    handle: 'staff',
    actor: 'staff',
    maxIdleMs: 12 * HOUR_MS,
    maxMs: 7 * DAY_MS,
    minPassword: 12,
  },
  account_people: {
    sealedFor: 'person',
    handle: 'person',
    actor: 'person',
    maxIdleMs: 30 * DAY_MS,
    maxMs: 90 * DAY_MS,
    minPassword: 8,
  },
}

/** `actorOf` names a person in the trail. */
export const actorOf = (circle: Circle, id: PersonId): string => `${terms[circle].actor}:${id}`

/** `sealedFor` is what a person's secrets are bound to. */
export const sealedFor = (circle: Circle, id: PersonId): string => `${terms[circle].sealedFor} ${id}`
