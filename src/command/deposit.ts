import { writeFile } from 'node:fs/promises'
import { type Command, Option } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { type Deposit, type DepositEvent, type DepositState, depositStates } from '../deposits/deposit.ts'
import { OperatorDeposits } from '../deposits/operator-deposits.ts'
import { Refusal } from '../errors.ts'
import { amountOf } from '../lib/amount.ts'
import type { DepositId } from '../lib/ids.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { localTime } from '../lib/time.ts'
import { actor, withDatabase } from './connection.ts'
import { registerIncoming } from './deposit-incoming.ts'
import { registerProviders } from './deposit-provider.ts'
import { limitOption } from './input.ts'
import { type Answer, answering, type Cell, keyValues, listed, withNext } from './output.ts'

interface Filter {
  state?: DepositState
  provider?: string
  account?: string
  before?: DepositId
  limit: number
}

/** `register` adds to `deposit`, which by itself credits a payment at once, what is asked for by accounts themselves. */
export function register(program: Command): void {
  const deposit = program.commands.find((command) => command.name() === 'deposit')
  if (!deposit) throw new Error('the command deposit comes first')
  deposit.hook('preAction', handOptionsOn)
  registerProviders(deposit)
  registerIncoming(deposit)
  deposit
    .command('list')
    .description('deposits that accounts have begun, the newest first')
    .addOption(
      new Option('--state <state>', 'only those; review: they wait for you').choices([...depositStates]),
    )
    .option('--provider <code>', 'only of this provider')
    .option('--account <id or username>', 'only of this account')
    .option('--before <id>', 'the page behind a deposit', depositIdOf)
    .addOption(limitOption())
    .action(answering(list))
  deposit
    .command('show <id>')
    .description('a deposit with what the gateway said of it')
    .option('--proof <file>', 'save the file that the payer handed in')
    .action(answering(show))
  deposit
    .command('confirm <id>')
    .description('the money is there: credit it, once')
    .option('--note <text>', 'kept with it; the account reads it in its transactions')
    .action(
      answering((id: string, { note }: { note?: string }) =>
        decide(id, (deposits, number) => deposits.confirm(number, { actor: actor(), note })),
      ),
    )
  deposit
    .command('refuse <id>')
    .description('the money will not come, or goes back')
    .requiredOption('--reason <text>', 'what the account reads')
    .action(
      answering((id: string, { reason }: { reason: string }) =>
        decide(id, (deposits, number) => deposits.refuse(number, { actor: actor(), reason })),
      ),
    )
  deposit
    .command('other-amount <id> <amount>')
    .description('another amount came: end the deposit without its own, and credit what came, in one step')
    .option('--note <text>', 'kept with it; the account reads it in its transactions')
    .action(
      answering((id: string, amount: string, { note }: { note?: string }) =>
        decide(id, async (deposits, number) => {
          const { currency } = (await deposits.get(number)).deposit
          const came = amountOf(amount, 'amount', currency)
          return (await deposits.creditOther(number, came, { actor: actor(), note })).deposit
        }),
      ),
    )
}

/** `handOptionsOn` gives a subcommand the options, such as --note, that `deposit` itself took from the words behind it. */
function handOptionsOn(deposit: Command, below: Command): void {
  if (below === deposit) return
  for (const [name, value] of Object.entries(deposit.opts())) {
    if (!below.options.some((option) => option.attributeName() === name)) {
      throw new Refusal('invalid_input', `unknown option '--${name}'`, name)
    }
    below.setOptionValue(name, value)
  }
}

async function list({ state, provider, account, before, limit }: Filter): Promise<Answer> {
  const { items: deposits, ...end } = await withDatabase(async ({ sql }) =>
    new OperatorDeposits(sql).list({
      accountId: account === undefined ? undefined : (await findAccount(sql, account)).id,
      state,
      provider,
      before,
      limit,
    }),
  )
  const answer = listed(deposits, {
    json: depositJson,
    columns: {
      id: (one) => one.id,
      account: (one) => one.accountId,
      provider: (one) => one.providerCode,
      state: (one) => one.state,
      amount: (one) => formatMoney(one.amount, one.currency),
      'to pay': (one) => formatMoney(one.totalPay, one.currency),
      reference: (one) => one.proof ?? one.reference,
      proof: (one) => one.hasFile,
      begun: (one) => one.createdAt,
    },
    right: ['id', 'account', 'amount', 'to pay'],
    none: 'no deposits',
  })
  return withNext(answer, end)
}

async function show(text: string, { proof }: { proof?: string }): Promise<Answer> {
  const id = depositIdOf(text)
  return await withDatabase(async ({ sql }) => {
    const deposits = new OperatorDeposits(sql)
    const { deposit, events } = await deposits.get(id)
    if (proof !== undefined) {
      const { content } = await deposits.proofFile(id)
      await writeFile(proof, content, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
        throw new Refusal('invalid_input', `cannot write ${proof} (${error.code})`, 'proof')
      })
    }
    return shown(deposit, events)
  })
}

async function decide(
  text: string,
  decision: (deposits: OperatorDeposits, id: DepositId) => Promise<Deposit>,
): Promise<Answer> {
  const id = depositIdOf(text)
  return await withDatabase(async ({ sql }) => {
    const deposits = new OperatorDeposits(sql)
    await decision(deposits, id)
    const { deposit, events } = await deposits.get(id)
    return shown(deposit, events)
  })
}

const depositJson = (deposit: Deposit) => ({
  id: deposit.id,
  account: deposit.accountId,
  provider: deposit.providerCode,
  state: deposit.state,
  currency: deposit.currency,
  amount: formatMicros(deposit.amount, deposit.currency),
  fee: formatMicros(deposit.fee, deposit.currency),
  total_pay: formatMicros(deposit.totalPay, deposit.currency),
  reference: deposit.reference,
  proof: deposit.proof,
  has_file: deposit.hasFile,
  note: deposit.note,
  reason: deposit.reason,
  expires_at: deposit.expiresAt,
  settled_at: deposit.settledAt,
  settled_by: deposit.settledBy,
  created_at: deposit.createdAt,
})

/** CREDITED says what has become of the amount of a deposit, by its state. */
const CREDITED = {
  pending: 'to be credited',
  review: 'to be credited',
  succeeded: 'credited',
  cancelled: 'not credited',
  expired: 'not credited',
  failed: 'not credited',
} as const satisfies Record<DepositState, string>

function shown(deposit: Deposit, events: DepositEvent[]): Answer {
  const { currency } = deposit
  const pairs: [string, Cell][] = [
    ['id', deposit.id],
    ['account', deposit.accountId],
    ['provider', deposit.providerCode],
    ['state', deposit.state],
    [CREDITED[deposit.state], formatMoney(deposit.amount, currency)],
    ['to pay', formatMoney(deposit.totalPay, currency)],
    ['reference', deposit.reference],
    ['proof', deposit.proof],
    ['file', deposit.hasFile],
    ['note', deposit.note],
    ['reason', deposit.reason],
    ['begun', deposit.createdAt],
    ['expires', deposit.expiresAt],
    ['ended', deposit.settledAt],
    ['by', deposit.settledBy],
    ...events.map(({ id, type, outcome, receivedAt }): [string, Cell] => [
      'event',
      `${localTime(receivedAt)} ${id} ${type}: ${outcome}`,
    ]),
  ]
  return { json: { ...depositJson(deposit), events: events.map(eventJson) }, text: keyValues(pairs) }
}

const eventJson = ({ id, type, outcome, receivedAt }: DepositEvent) => ({
  id,
  type,
  outcome,
  received_at: receivedAt,
})

function depositIdOf(text: string): DepositId {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text) as DepositId
  throw new Refusal('invalid_input', `${JSON.stringify(text)} is no deposit id`, 'id')
}
