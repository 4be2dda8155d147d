import { listMovedAccounts, listPriceGroups, type MovedAccount } from '../accounts/accounts.ts'
import { listServiceNames } from '../catalogue/services.ts'
import type { Sql } from '../database/database.ts'
import type { AccountId, PriceGroupId, ServiceId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import type { PartName } from './columns.ts'
import type { Mapping } from './mapping.ts'
import type { MoveReport, PartReport } from './report.ts'
import { type Row, type RowFault, shownCell } from './rows.ts'

/** Mover is an account that the files name, or that is here. */
export interface Mover {
  username: string
  currency: string
  /** `id`, undefined: it is made by the move. */
  id: AccountId | undefined
}

/** Grouped is a price group; `id`, undefined: it is made by the move. */
export interface Grouped {
  name: string
  id: PriceGroupId | undefined
}

/** Sold is a service; `id`, undefined: it is made by the move, and brings no id. */
export interface Sold {
  code: string
  id: ServiceId | undefined
}

/**
 * Move is one going through a panel's files: either all is checked and nothing written, or all is written. Each part learns from those before
 * it what they have, and tells those behind it.
 */
export interface Move {
  sql: Sql
  folder: string
  mapping: Mapping
  /** `writes`: what is found right is written. */
  writes: boolean
  /** `makes` are the parts that move in; what others have is known only where it is here already. */
  makes: readonly PartName[]
  actor: string
  clock: Clock
  report: MoveReport
  known: Known
  onProgress: (part: PartName, rows: number) => void
}

/** Part is what a move does with one part's rows. */
export interface Part {
  /** `take` takes the next rows; each is counted in the report. A row that is refused is not written. */
  take(rows: Row[]): Promise<void>
  /** `end` is called behind the last rows. */
  end?(): Promise<void>
}

/** Thing is what rows of other parts name. */
export type Thing = 'account' | 'group' | 'service'

/** Known is what is here, and what the files have said so far, by each name that files may have for it. */
export class Known {
  /** `accounts` are those that are here, by the user name at their panel, in lower case. */
  readonly accounts = new Map<string, MovedAccount>()
  /** `#byUsername` are all accounts; a name at a panel goes before a username here. */
  readonly #byUsername = new Map<string, Mover>()
  readonly #movers = new Map<string, Mover>()
  readonly #emails = new Map<string, Mover | 'several'>()
  readonly #groups = new Map<string, Grouped>()
  readonly #services = new Map<string, Sold>()
  readonly #refused = new Set<string>()

  static async read(sql: Sql): Promise<Known> {
    const known = new Known()
    const [accounts, groups, services] = await Promise.all([
      listMovedAccounts(sql),
      listPriceGroups(sql),
      listServiceNames(sql),
    ])
    for (const account of accounts) {
      const login = account.login ?? account.username
      known.accounts.set(login.toLowerCase(), account)
      known.addMover(account, [login], account.email)
    }
    for (const group of groups) known.addGroup(group)
    for (const service of services) known.addService(service)
    return known
  }

  addMover(mover: Mover, names: readonly string[], email: string): void {
    this.#byUsername.set(mover.username, mover)
    for (const name of names) this.#movers.set(name.toLowerCase(), mover)
    const key = email.toLowerCase()
    const other = this.#emails.get(key)
    this.#emails.set(key, other === undefined || other === mover ? mover : 'several')
  }

  addGroup(group: Grouped, ...names: string[]): void {
    for (const name of [group.name, ...names]) this.#groups.set(name.toLowerCase(), group)
  }

  addService(service: Sold): void {
    this.#services.set(service.code.toLowerCase(), service)
    if (service.id !== undefined) this.#services.set(String(service.id), service)
  }

  mover(name: string): Mover | undefined {
    const key = name.toLowerCase()
    const found = this.#movers.get(key) ?? this.#byUsername.get(key) ?? this.#emails.get(key)
    return found === 'several' ? undefined : found
  }

  /** `moverCalled` finds by the username here. */
  moverCalled(username: string): Mover | undefined {
    return this.#byUsername.get(username)
  }

  get usernames(): Pick<ReadonlyMap<string, unknown>, 'has'> {
    return this.#byUsername
  }

  group(name: string): Grouped | undefined {
    return this.#groups.get(name.toLowerCase())
  }

  service(name: string): Sold | undefined {
    return this.#services.get(name.toLowerCase())
  }

  /** `codes` are those of all services, in lower case. */
  get codes(): string[] {
    return [...this.#services.keys()]
  }

  /** `refuse` remembers what is refused, so that nothing is said of each row that hangs on it. */
  refuse(thing: Thing, ...names: (string | undefined)[]): void {
    for (const name of names) if (name !== undefined) this.#refused.add(`${thing} ${name.toLowerCase()}`)
  }

  isRefused(thing: Thing, name: string): boolean {
    return this.#refused.has(`${thing} ${name.toLowerCase()}`)
  }

  get groupNames(): string[] {
    return [...new Set([...this.#groups.values()].map(({ name }) => name))]
  }
}

/** Told is where a part says what becomes of its rows. */
export class Told {
  readonly count: PartReport
  readonly #report: MoveReport
  #lastRefused = 0
  #hanging = 0

  constructor(report: MoveReport, count: PartReport) {
    this.#report = report
    this.count = count
  }

  /** `refuse` counts a row once, however much is wrong with it, and tells whether this was the first. */
  refuse(fault: RowFault): boolean {
    this.#report.fault(this.count.file, fault)
    if (fault.line === this.#lastRefused) return false
    this.#lastRefused = fault.line
    this.count.refused++
    return true
  }

  /** `hang` counts a row that names something that is refused. */
  hang({ line }: Row): void {
    if (line === this.#lastRefused) return
    this.#lastRefused = line
    this.count.refused++
    this.#hanging++
  }

  /** `end` says how many rows hang on others. */
  end(): void {
    if (this.#hanging > 0) {
      this.#report.note(
        `${this.#hanging} rows of ${this.count.file} name what is refused, and are refused with it`,
      )
    }
  }

  /** `wrong` refuses a row for what stands in one of its cells. */
  wrong({ line, cells }: Row, column: string, message: string): void {
    this.refuse({ line, column, message, ...shownCell(this.count.part, column, cells[column]) })
  }

  /** `known` counts a row of what is there already; `columns` are those that change. */
  known({ line }: Pick<Row, 'line'>, what: string, columns: string[]): void {
    if (columns.length === 0) {
      this.count.left++
      return
    }
    this.count.changed++
    this.#report.change({ file: this.count.file, line, what, columns })
  }
}

/** Finding is a row that names things of other parts. */
export interface Finding {
  move: Move
  told: Told
  row: Row
}

const missing: Record<Thing, string> = {
  account: 'there is no such account, or several have the e-mail address',
  group: 'there is no such price group',
  service: 'there is no such service',
}

/** `named` finds what a cell names, and refuses the row where that is not there; an empty cell names nothing. */
export function named<T>(
  { move: { known }, told, row }: Finding,
  thing: Thing,
  find: (name: string) => T | undefined,
): { found: T | undefined; ok: boolean } {
  const name = row.cells[thing]
  if (name === undefined) return { found: undefined, ok: true }
  const found = find(name)
  if (found === undefined && known.isRefused(thing, name)) told.hang(row)
  else if (found === undefined) told.wrong(row, thing, missing[thing])
  return { found, ok: found !== undefined }
}
