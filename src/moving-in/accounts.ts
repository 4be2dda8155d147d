import {
  changeMovedAccount,
  type MovedAccount,
  type MovingAccount,
  moveAccountIn,
} from '../accounts/accounts.ts'
import { accountAttributes, usernameOf } from '../accounts/attributes.ts'
import type { Transaction } from '../database/database.ts'
import { faultsOfEach, readForm } from '../lib/attributes.ts'
import { formatMicros, type Micros, ZERO } from '../lib/money.ts'
import { type Grouped, type Move, type Mover, named, type Part, type Told } from './move.ts'
import type { Row } from './rows.ts'
import { readAmount, readCurrency } from './values.ts'

/** Moving is an account of a file, checked. */
interface Moving {
  row: Row
  /** `here` is the account as it is here; undefined: it is made. */
  here: MovedAccount | undefined
  account: Omit<MovingAccount, 'priceGroupId'>
  /** `group`, undefined: the file says none. */
  group: Grouped | undefined
  mover: Mover
}

/** `accountsPart` makes accounts with their opening balances, and changes those that are here. */
export function accountsPart(move: Move, told: Told): Part {
  const { known } = move
  const lines = new Map<string, number>()

  return {
    async take(rows) {
      const read = rows.map(readAccount).filter((one) => one !== undefined)
      if (read.length === 0) return
      const write = async (transaction?: Transaction): Promise<void> => {
        for (const moving of read) await takeAccount(moving, transaction)
      }
      await (move.writes ? move.sql.begin(write) : write())
    },
  }

  /** `readAccount` gives undefined for a row that is refused. */
  function readAccount(row: Row): Moving | undefined {
    const { cells } = row
    let isRight = true
    const wrong = (column: string, message: string): void => {
      isRight = false
      told.wrong(row, column, message)
    }
    const login = cells['username'] ?? ''
    const here = known.accounts.get(login.toLowerCase())
    for (const name of [
      `name ${login.toLowerCase()}`,
      ...(cells['id'] === undefined ? [] : [`id ${cells['id']}`]),
    ]) {
      const line = lines.get(name)
      if (line !== undefined)
        wrong(name.startsWith('id ') ? 'id' : 'username', `is that of another account, too, at ${line}`)
      lines.set(name, row.line)
    }
    if (login.length > MAX_LOGIN) wrong('username', `must not be longer than ${MAX_LOGIN} characters`)
    const read = readCurrency(cells['currency'] ?? '')
    if ('message' in read) wrong('currency', read.message)
    // Where the currency is wrong the rest of the row is looked at all the same, so that everything that is wrong with it is told at once.
    const currency = 'message' in read ? STAND_IN : read
    if (here && !('message' in read) && here.currency !== currency.value) {
      wrong('currency', `the account buys in ${here.currency}, and that never changes`)
    }
    const form = { name: cells['name'] ?? login, email: cells['email'] }
    const { given, faults } = readForm(accountAttributes, form)
    for (const { path, message } of [...faults, ...faultsOfEach(accountAttributes, given)]) {
      wrong(String(path[0]), message)
    }
    const amountOf = (column: string): Micros | undefined => {
      const text = cells[column]
      if (text === undefined) return undefined
      const amount = readAmount(text, currency.value)
      if ('value' in amount) return amount.value
      wrong(column, amount.message)
      return ZERO
    }
    const balance = amountOf('balance') ?? ZERO
    const creditLimit = amountOf('credit_limit') ?? here?.creditLimit ?? ZERO
    if (creditLimit < 0n) wrong('credit_limit', 'must not be below 0')
    else if (balance < -creditLimit && !here?.hasEntries) {
      wrong(
        'balance',
        `a debt needs a credit limit: credit_limit is ${formatMicros(creditLimit, currency.value)}`,
      )
    }
    const opened = here && openedOtherwise(here, balance)
    if (opened !== undefined) wrong('balance', opened)
    const status = cells['status'] ?? (here?.closed ? 'closed' : 'active')
    if (status !== 'active' && status !== 'closed')
      wrong('status', 'must be active or closed: say by the mapping what it means')
    const { found: group, ok } = named({ move, told, row }, 'group', (one) => known.group(one))
    isRight &&= ok
    if (!isRight) known.refuse('account', login, cells['id'], cells['email'])
    if (!isRight || (!here && !move.makes.includes('accounts'))) return undefined

    const username = here?.username ?? usernameOf(login, known.usernames)
    const mover: Mover = (here && known.moverCalled(username)) ?? {
      username,
      currency: currency.value,
      id: undefined,
    }
    known.addMover(mover, [login, ...(cells['id'] === undefined ? [] : [cells['id']])], given.email ?? '')
    const account = {
      ...{ username, login: login === username ? null : login },
      ...{ name: given.name ?? login, email: given.email ?? '', currency: currency.value },
      ...{ closed: status === 'closed', creditLimit, balance },
    }
    return { row, here, account, group, mover }
  }

  async function takeAccount(
    { row, here, account, group, mover }: Moving,
    transaction?: Transaction,
  ): Promise<void> {
    const { username, currency, balance } = account
    const by = { actor: move.actor, at: move.clock.now() }
    if (!here) {
      if (transaction)
        mover.id = await moveAccountIn(transaction, { ...account, priceGroupId: group?.id ?? null }, by)
      told.count.made++
      if (balance !== 0n) move.report.open(currency, balance)
      return
    }
    const opens = balance !== 0n && !here.hasEntries
    const { name, email, login, closed, creditLimit } = account
    const changes = {
      ...(name !== here.name && { name }),
      ...(email !== here.email && { email }),
      ...(login !== here.login && { login }),
      ...(closed !== here.closed && { closed }),
      ...(creditLimit !== here.creditLimit && { creditLimit }),
      ...(group !== undefined && (group.id === undefined || group.id !== here.priceGroupId) && { group }),
      ...(opens && { balance }),
    }
    const { group: _, ...columns } = changes
    if (transaction && Object.keys(changes).length > 0) {
      const priceGroup = changes.group?.id === undefined ? {} : { priceGroupId: changes.group.id }
      await changeMovedAccount(transaction, here.id, { ...columns, ...priceGroup }, by)
    }
    if (opens) move.report.open(currency, balance)
    if (here.hasEntries && (here.opening ?? ZERO) !== balance) {
      const [was, says] = [here.opening ?? ZERO, balance].map((one) => formatMicros(one, currency))
      move.report.note(
        `${username} has moved in with ${was} ${currency}, and line ${row.line} of ${told.count.file} says ${says} by now: left as it is; imeigate adjust corrects it`,
      )
    }
    told.known(row, `account ${username}`, Object.keys(changes).map(columnNames))
  }
}

const MAX_LOGIN = 200

const STAND_IN = { value: 'USD' }

const columnNames = (name: string): string =>
  ({ creditLimit: 'credit_limit', closed: 'status', login: 'username' })[name] ?? name

/** `openedOtherwise` says why an account that is here cannot move in with a balance; undefined: it can, or has. */
function openedOtherwise({ hasEntries, opening }: MovedAccount, balance: Micros): string | undefined {
  if (!hasEntries || opening !== null || balance === 0n) return undefined
  return 'money of the account has moved here already, and an opening balance comes first: imeigate adjust corrects it'
}
