import type { Account } from '../accounts/account.ts'
import type { Acting } from '../database/acting.ts'
import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, AccountPersonId, StaffId } from '../lib/ids.ts'
import type { Language } from '../lib/languages.ts'
import { type Clock, MINUTE_MS } from '../lib/time.ts'
import { actorOf } from '../people/circle.ts'
import { actAs } from '../people/people.ts'
import type { SignedIn, SignIns } from '../people/sign-ins.ts'
import { hashToken, randomToken } from '../people/tokens.ts'
import { permissionsOf } from '../staff/roles.ts'
import { selectBelonging, selectViewed } from './people.sql.ts'
import type { AccountRole, PortalRole } from './roles.ts'
import { insertView, selectView, updateViewEnded, type ViewRow } from './views.sql.ts'

/** TOKEN_BYTES gives 256 random bits. */
const TOKEN_BYTES = 32
/** VIEW_MS is how long somebody of the staff may look at a portal. */
const VIEW_MS = 15 * MINUTE_MS

/** PortalPerson is a person of an account who is signed in. */
type PortalPerson = SignedIn<AccountPersonId, AccountRole>

/** InPortal is who is in the portal: a person of the account, or somebody of the staff who looks at it as the account has it. */
export interface InPortal {
  account: Account
  role: PortalRole
  /** `actor` is the name in the trail. */
  actor: string
  name: string
  /** `person`, undefined: it is a view. */
  person: PortalPerson | undefined
  language: Language
  timeZone: string
  endsAt: Date
  /** `view` is that of somebody of the staff. */
  view: { id: number; staffId: StaffId } | undefined
}

interface Deps {
  sql: Sql
  signIns: SignIns<AccountPersonId, AccountRole>
  clock: Clock
}

/** PortalSignIns finds who is in the portal by the token in the cookie. */
export class PortalSignIns {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** `find` gives who has a token; undefined: nobody. Throws account_closed. */
  async find(token: string): Promise<InPortal | undefined> {
    const { sql, signIns, clock } = this.#deps
    const person = await signIns.find(token)
    if (!person)
      return await this.#viewOf(await selectView(sql, { tokenHash: hashToken(token), now: clock.now() }))
    const { personId, role, name, endsAt } = person
    const belonging = await selectBelonging(sql, personId)
    if (!belonging) return undefined
    refuseClosed(belonging.account)
    return {
      ...belonging,
      role,
      name,
      endsAt,
      person,
      actor: actorOf('account_people', personId),
      view: undefined,
    }
  }

  /** `look` says of who is in the portal which role it has now, and until when that holds unless it is used. Throws session_expired or account_closed. */
  async look({ person, view }: InPortal): Promise<{ role: PortalRole; endsAt: Date }> {
    const { sql, signIns, clock } = this.#deps
    if (view) {
      const held = await this.#viewOf(await selectView(sql, { id: view.id, now: clock.now() }))
      if (!held) throw new Refusal('session_expired')
      return held
    }
    const held = person && (await signIns.look(person.id))
    const belonging = person && (await selectBelonging(sql, person.personId))
    if (!held || !belonging) throw new Refusal('session_expired')
    refuseClosed(belonging.account)
    return held
  }

  /** `beginView` lets somebody of the staff look at the portal of an account. Throws not_found. */
  async beginView(
    staffId: StaffId,
    accountId: AccountId,
    by: Acting,
  ): Promise<{ token: string; endsAt: Date; isWhole: true }> {
    const { sql, clock } = this.#deps
    const token = randomToken(TOKEN_BYTES)
    const now = clock.now()
    const endsAt = new Date(now.getTime() + VIEW_MS)
    const row = { staffId, accountId, tokenHash: hashToken(token), address: by.address ?? '', now, endsAt }
    await sql.begin(async (transaction) => {
      await actAs(transaction, by)
      await insertView(transaction, row)
    })
    return { token, endsAt, isWhole: true }
  }

  /** `end` ends what a token stands for, whether its second factor was given or not. */
  async end(token: string): Promise<void> {
    const { sql, signIns, clock } = this.#deps
    const view = await selectView(sql, { tokenHash: hashToken(token), now: clock.now() })
    if (!view) return await signIns.endByToken(token)
    await sql.begin(async (transaction) => {
      await actAs(transaction, { actor: actorOf('staff', view.staffId) })
      await updateViewEnded(transaction, view.id, clock.now())
    })
  }

  async #viewOf(row: ViewRow | undefined): Promise<InPortal | undefined> {
    // Who may look no more looks no more.
    if (!row || !permissionsOf(row.role).includes('resellers.view_as')) return undefined
    const { id, staffId, name, accountId, endsAt } = row
    const account = await selectViewed(this.#deps.sql, accountId)
    return (
      account && {
        ...{ account, role: 'viewer', name, endsAt, actor: actorOf('staff', staffId) },
        ...{ person: undefined, language: 'en', timeZone: '', view: { id, staffId } },
      }
    )
  }
}

function refuseClosed({ closed }: Account): void {
  if (closed) throw new Refusal('account_closed')
}
