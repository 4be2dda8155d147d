import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { sanitize } from '../lib/text.ts'
import { type Clock, DAY_MS, systemClock } from '../lib/time.ts'
import { because } from '../reasons.ts'
import { type Circle, type PersonId, terms } from './circle.ts'
import { deletePasskeys } from './passkeys.sql.ts'
import {
  lockPerson,
  type Person,
  selectPersonNamed,
  updatePerson,
  updateRecoveryCodes,
} from './people.sql.ts'
import { type ProfileForm, readProfile } from './read.ts'
import { endSignIns } from './sign-ins.sql.ts'

/** RosterKind is what differs between the circles where their people are changed. */
interface RosterKind<Id extends PersonId, Role extends string, View, By, Invitation> {
  circle: Circle
  /** `noun` is what a refusal calls somebody, and `field` the value that names them. */
  noun: string
  field: string
  /** `select` gives the person; undefined: there is none. */
  select(sql: Queryable, id: Id, clock: Clock): Promise<View | undefined>
  /** `lockOwners` gives the active owners, one of whom must stay: those of everybody whom the person is with. Nobody else changes them meanwhile. */
  lockOwners(sql: Transaction, view: View, by: By | undefined): Promise<Id[]>
  updateRole(sql: Transaction, id: Id, role: Role): Promise<void>
  /** `endInvitation` makes what an invited person has got count no more. */
  endInvitation(sql: Transaction, id: Id): Promise<void>
  /** `invite` invites the person anew, because of a reset. */
  invite(sql: Transaction, id: Id, clock: Clock): Promise<Invitation>
}

/**
 * Roster changes people of a circle. `by` is who does it: of the circle itself nobody changes their own role, or suspends or resets themselves;
 * undefined: somebody who may do all. All but `list` throw not_found.
 */
export interface Roster<Id, Role, View, By, Invitation> {
  find(sql: Queryable, id: Id, clock?: Clock): Promise<View>
  /** `findNamed` finds a person by id (all digits) or e-mail address. */
  findNamed(sql: Queryable, idOrEmail: string): Promise<Id>
  /** `setRole` gives a person another role, and ends all sign-ins. Throws conflict for the last owner. */
  setRole(sql: Sql, id: Id, role: Role, by?: By, clock?: Clock): Promise<View>
  /** `suspend` keeps a person out, and ends all sign-ins, in every process within a second. Throws as `setRole`. */
  suspend(sql: Sql, id: Id, by?: By, clock?: Clock): Promise<View>
  /** `resume` lets a suspended person in again. */
  resume(sql: Sql, id: Id, by?: By, clock?: Clock): Promise<View>
  /**
   * `reset` takes password, second factor, recovery codes and passkeys away, ends all sign-ins, and invites the person anew. Throws conflict for one
   * who is suspended, and for the last owner, unless `by` is undefined.
   */
  reset(sql: Sql, id: Id, by?: By, clock?: Clock): Promise<Invitation>
  /** `changeOwnProfile` changes what a person says of themselves. Throws invalid_input. */
  changeOwnProfile(sql: Sql, id: Id, form: ProfileForm, clock?: Clock): Promise<View>
}

/** `rosterOf` makes the roster of a circle. */
export function rosterOf<Id extends PersonId, Role extends string, View, By, Invitation>(
  kind: RosterKind<Id, Role, View, By, Invitation>,
): Roster<Id, Role, View, By, Invitation> {
  const { circle } = kind
  const refuseUnknown = (name: string, field: string): never => {
    throw new Refusal('not_found', `there is no ${kind.noun} ${name}`, field)
  }
  const find = async (sql: Queryable, id: Id, clock: Clock = systemClock): Promise<View> =>
    (await kind.select(sql, id, clock)) ?? refuseUnknown(String(id), 'id')

  /** `changing` changes a person. `keepsOwner`: the person will be no active owner any more, and another one must be there. */
  const changing = async <T>(
    sql: Sql,
    id: Id,
    { by, keepsOwner, clock }: { by: By | undefined; keepsOwner: boolean; clock: Clock },
    change: (transaction: Transaction, person: Person) => Promise<T>,
  ): Promise<T> => {
    if ((by as unknown) === id) throw because('permission_denied', 'not_oneself', {})
    return await sql.begin(async (transaction) => {
      const view = await find(transaction, id, clock)
      // Locked first, and by everybody in one order: two owners who suspend each other do so one after the other.
      const owners = keepsOwner ? await kind.lockOwners(transaction, view, by) : []
      const person = (await lockPerson(transaction, circle, id)) ?? refuseUnknown(String(id), 'id')
      // The other one has suspended whoever does this meanwhile.
      if (owners.length === 1 && owners[0] === id) throw because('conflict', 'last_owner', {}, 'id')
      return await change(transaction, person)
    })
  }

  return {
    find,

    async findNamed(sql, idOrEmail) {
      const text = idOrEmail.trim()
      if (/^[1-9]\d{0,8}$/.test(text)) {
        const id = Number(text) as Id
        await find(sql, id)
        return id
      }
      const person = await selectPersonNamed(sql, circle, sanitize(text).toLowerCase())
      return (person?.id as Id | undefined) ?? refuseUnknown(JSON.stringify(text), kind.field)
    },

    setRole: (sql, id, role, by, clock = systemClock) =>
      changing(sql, id, { by, keepsOwner: role !== 'owner', clock }, async (transaction, person) => {
        if (person.role !== role) {
          await kind.updateRole(transaction, id, role)
          await endSignIns(transaction, { circle, personId: id, now: clock.now() })
        }
        return await find(transaction, id, clock)
      }),

    suspend: (sql, id, by, clock = systemClock) =>
      changing(sql, id, { by, keepsOwner: true, clock }, async (transaction, person) => {
        if (!person.suspendedAt) {
          const now = clock.now()
          await updatePerson(transaction, circle, id, { suspendedAt: now })
          await kind.endInvitation(transaction, id)
          await endSignIns(transaction, { circle, personId: id, now })
        }
        return await find(transaction, id, clock)
      }),

    resume: (sql, id, by, clock = systemClock) =>
      changing(sql, id, { by, keepsOwner: false, clock }, async (transaction) => {
        await updatePerson(transaction, circle, id, { suspendedAt: null })
        return await find(transaction, id, clock)
      }),

    reset: (sql, id, by, clock = systemClock) =>
      changing(sql, id, { by, keepsOwner: by !== undefined, clock }, async (transaction, person) => {
        if (person.suspendedAt) throw because('conflict', 'person_suspended', {}, 'id')
        await updatePerson(transaction, circle, id, { password: null, secrets: null })
        await updateRecoveryCodes(transaction, circle, id, [])
        await deletePasskeys(transaction, circle, id)
        await endSignIns(transaction, { circle, personId: id, now: clock.now() })
        return await kind.invite(transaction, id, clock)
      }),

    async changeOwnProfile(sql, id, form, clock = systemClock) {
      await updatePerson(sql, circle, id, readProfile(form))
      return await find(sql, id, clock)
    },
  }
}

/** Standing is how a person is in: an invited one has no password, because the invitation is not used yet, or because of a reset. */
export interface Standing {
  status: 'active' | 'invited' | 'suspended'
}

/** `standingOf` gives a row of a person as others see it. */
export const standingOf = <R extends { isSetUp: boolean; suspendedAt: Date | null }>({
  isSetUp,
  ...row
}: R): Omit<R, 'isSetUp'> & Standing => ({
  ...row,
  status: row.suspendedAt ? 'suspended' : isSetUp ? 'active' : 'invited',
})

/** `countedAt` gives from when on sign-ins and failures of a circle's people count. */
export function countedAt(circle: Circle, clock: Clock): { now: Date; seenAfter: Date; failedAfter: Date } {
  const now = clock.now()
  const since = (ms: number): Date => new Date(now.getTime() - ms)
  return { now, seenAfter: since(terms[circle].maxIdleMs), failedAfter: since(DAY_MS) }
}
