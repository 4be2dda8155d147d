import { type Queryable, type Transaction, within } from '../database/database.ts'
import type { Fault } from '../errors.ts'
import { findSeller, setSeller } from '../invoices/seller.ts'
import type { KeptSettings } from '../kept-settings/kept-settings.ts'
import { fault } from '../lib/fault.ts'
import { isCurrency } from '../lib/money.ts'
import { emptyFault, lineFault } from '../lib/text.ts'
import type { Clock } from '../lib/time.ts'
import { isTimeZone } from '../lib/wall-clock.ts'
import { whys } from '../lib/whys.ts'
import { say } from '../reasons.ts'
import { rebuildSales } from '../sales/folder.ts'
import type { Role } from './roles.ts'
import { selectIsFirst } from './staff.sql.ts'

/** BusinessForm is what the first owner says of the business. */
export interface BusinessForm {
  name: string
  /** `currency` is the one that it counts in. */
  currency: string
  /** `timeZone` is where its days begin and end, as IANA names it. */
  timeZone: string
}

/** FirstBusiness is the business as the first owner says it, together with who the owner is. */
export class FirstBusiness {
  readonly #settings: Pick<KeptSettings<{ homeCurrency: string | null }>, 'now' | 'set'>
  readonly #clock: Clock

  constructor(settings: Pick<KeptSettings<{ homeCurrency: string | null }>, 'now' | 'set'>, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
  }

  /** `isAsked` tells whether somebody who is invited is asked for it: an owner, before anybody else came and said who sells. */
  async isAsked(sql: Queryable, role: Role): Promise<boolean> {
    return role === 'owner' && (await selectIsFirst(sql)) && (await findSeller(sql)) === undefined
  }

  /** `begin` keeps it, of which `businessFaults` found nothing wrong. Throws invalid_input with `time_zone` for one that the database does not know. */
  async begin(transaction: Transaction, { name, currency, timeZone }: BusinessForm): Promise<void> {
    const sql = within(transaction)
    await setSeller(sql, { name: name.trim() })
    const { homeCurrency } = await this.#settings.now()
    if (homeCurrency === null) await this.#settings.set(sql, { HOME_CURRENCY: currency })
    await rebuildSales(sql, { timeZone }, this.#clock)
  }
}

/** `businessFaults` are all that is wrong with what is said of a business: of `business_name`, `home_currency` and `time_zone`. */
export function businessFaults({ name, currency, timeZone }: BusinessForm): (Fault | undefined)[] {
  const called = name.trim()
  return [
    emptyFault('business_name', called) ?? lineFault('business_name', called, 200),
    emptyFault('home_currency', currency) ??
      (isCurrency(currency) ? undefined : fault('home_currency', whys.currency())),
    emptyFault('time_zone', timeZone) ??
      (isTimeZone(timeZone) ? undefined : fault('time_zone', say('no_time_zone', {}))),
  ]
}
