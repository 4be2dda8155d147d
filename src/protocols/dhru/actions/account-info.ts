import { formatMicros, formatMoney } from '../../../lib/money.ts'
import { succeed } from '../answer.ts'
import type { Action } from '../call.ts'

/** `accountInfo` answers `accountinfo`, with both spellings of both names, because some clients read only the misspelt ones of old panels. */
export const accountInfo: Action = async ({ deps, key }) => {
  const { account } = key
  const { available } = await deps.ledger.wallet(account.id)
  const info = {
    credit: formatMoney(available, account.currency),
    creditraw: formatMicros(available, account.currency),
    mail: account.email,
    currency: account.currency,
    username: account.login ?? account.username,
  }
  const message = 'Your Account Info'
  return succeed([{ message, MESSAGE: message, AccoutInfo: info, AccountInfo: info }])
}
