import { type Micros, micros } from '../lib/money.ts'
import type { PartName } from './columns.ts'
import type { RowFault } from './rows.ts'

/** PartReport is what becomes of the rows of one part. */
export interface PartReport {
  part: PartName
  file: string
  rows: number
  made: number
  changed: number
  /** `left` are there already, as the file has them. */
  left: number
  refused: number
  /** `unused` are columns of the file that nothing is taken from. */
  unused: string[]
}

/** FoundFault is what is wrong with a row of a file. */
export interface FoundFault extends RowFault {
  file: string
}

/** FoundChange is a row that differs from what is here. */
export interface FoundChange {
  file: string
  line: number
  /** `what` names the thing, and `columns` says what of it changes. */
  what: string
  columns: string[]
}

/** Opening adds up the balances with which accounts of a currency move in. */
export interface Opening {
  currency: string
  accounts: number
  /** `balance` is the sum of all, and `owed` that of the debts among them. */
  balance: Micros
  owed: Micros
}

/** MAX_LISTED bounds the faults, changes and notes that are kept: all are counted. */
const MAX_LISTED = 10_000

/** MoveReport is what a move does, or would do. */
export class MoveReport {
  readonly parts: PartReport[] = []
  readonly faults: FoundFault[] = []
  readonly changes: FoundChange[] = []
  /** `notes` are what a person should know, each once. */
  readonly notes = new Set<string>()
  readonly openings = new Map<string, Opening>()
  #faultCount = 0

  get faultCount(): number {
    return this.#faultCount
  }

  /** `begin` gives the report of a part whose file was opened. */
  begin(part: PartName, file: string, unused: string[]): PartReport {
    const report = { part, file, rows: 0, made: 0, changed: 0, left: 0, refused: 0, unused }
    this.parts.push(report)
    return report
  }

  fault(file: string, fault: RowFault): void {
    this.#faultCount++
    if (this.faults.length < MAX_LISTED) this.faults.push({ file, ...fault })
  }

  change(change: FoundChange): void {
    if (this.changes.length < MAX_LISTED) this.changes.push(change)
  }

  note(text: string): void {
    if (this.notes.size < MAX_LISTED) this.notes.add(text)
  }

  /** `open` counts an account that moves in with a balance. */
  open(currency: string, balance: Micros): void {
    const sum = this.openings.get(currency) ?? {
      currency,
      accounts: 0,
      balance: micros(0n),
      owed: micros(0n),
    }
    sum.accounts++
    sum.balance = micros(sum.balance + balance)
    if (balance < 0n) sum.owed = micros(sum.owed - balance)
    this.openings.set(currency, sum)
  }

  /** `counts` are what the trail keeps of a move. */
  counts(): Record<string, { made: number; changed: number }> {
    return Object.fromEntries(this.parts.map(({ part, made, changed }) => [part, { made, changed }]))
  }
}
