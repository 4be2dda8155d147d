import { readAmount } from './amount.ts'
import { type Refused, type Unreadable, unreadable, verdictOf } from './answer.ts'
import { isObject, type JsonObject } from './json.ts'
import { Row } from './row.ts'

/** DhruAccount is the account as the panel has it; null stands for what cannot be read. */
export interface DhruAccount {
  kind: 'account'
  /** `credit` is a decimal such as "1016.41". */
  credit: string | null
  /** `currency` is a code such as USD, in upper case. */
  currency: string | null
  username: string | null
  mail: string | null
}

/** `readAccount` finds the account under both spellings of its name, or in the row itself. */
export function readAccount(object: JsonObject): DhruAccount | Refused | Unreadable {
  const verdict = verdictOf(object)
  if (verdict.kind !== 'rows') return verdict
  const [row] = verdict.rows
  if (!row) return unreadable('SUCCESS without an account')
  const inner = [row.get('ACCOUTINFO'), row.get('ACCOUNTINFO')].find(isObject)
  const info = inner ? new Row(inner) : row
  if (!inner && !info.has('CREDIT') && !info.has('CREDITRAW')) return unreadable('SUCCESS without an account')
  const [code] = /^[A-Z]{3}$/.exec(info.text('CURRENCY').toUpperCase()) ?? []
  return {
    kind: 'account',
    credit: amountIn(info, 'CREDITRAW', code) ?? amountIn(info, 'CREDIT', code) ?? null,
    currency: code ?? null,
    username: info.text('USERNAME') || null,
    mail: info.text('MAIL', 'EMAIL') || null,
  }
}

function amountIn(info: Row, name: string, currency: string | undefined): string | undefined {
  const value = info.get(name)
  return typeof value === 'number' ? readAmount(value) : readAmount(info.text(name), currency)
}
