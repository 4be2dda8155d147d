import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { actorNames } from '../../../audit/actors.ts'
import { bound, timeOf, wantedAmount } from '../../../contract/page.ts'
import { type Deposit, depositStates } from '../../../deposits/deposit.ts'
import { depositSorts } from '../../../deposits/deposit-list.ts'
import { isForPeople, OperatorDeposits, otherAmount } from '../../../deposits/operator-deposits.ts'
import { amountOf } from '../../../lib/amount.ts'
import { orThrow } from '../../../lib/fault.ts'
import type { DepositId } from '../../../lib/ids.ts'
import { formatMicros, parseMicros } from '../../../lib/money.ts'
import { DAY_MS } from '../../../lib/time.ts'
import type { Desk } from '../../../people/desk.ts'
import { cursorOfNumbers, readNumbers } from '../../kit/cursors.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import {
  amount,
  bodyOf,
  givenAmount,
  id,
  longId,
  longIdParams,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'

const section = 'Money'
const access = 'money.read'

const deposit = Type.Object({
  id: longId,
  account: id,
  username: Type.String({ description: "The account's" }),
  account_name: Type.String({ description: 'What the account is called' }),
  provider: Type.String({ description: 'The code of the way to pay in' }),
  provider_name: Type.String({ description: 'What payers read of that way' }),
  state: oneOf(depositStates),
  currency: Type.String(),
  amount: amount('What is credited'),
  fee: amount(),
  total_pay: amount('What is paid'),
  has_gateway: Type.Boolean({ description: 'A gateway says when it is paid; else a person does' }),
  reference: orNull(Type.String(), "The gateway's name of the payment"),
  proof: orNull(Type.String(), 'What the payer wrote of the payment'),
  has_file: Type.Boolean(),
  note: orNull(Type.String()),
  reason: orNull(Type.String(), 'What the reseller reads of a refusal'),
  created_at: time(),
  expires_at: time(),
  settled_at: orNull(time()),
  settled_by: orNull(Type.String(), 'As the trail names who did it'),
  settled_by_name: orNull(Type.String(), 'What the person or program is called now'),
})

/** `named` gives deposits as the API shows them, with the names of those who settled them. */
async function named(read: Desk['read'], all: readonly Deposit[]): Promise<Static<typeof deposit>[]> {
  const names = await actorNames(
    read,
    all.flatMap(({ settledBy }) => settledBy ?? []),
  )
  return all.map((one) => wireDeposit(one, names))
}

/** `namedOne` is `named` for one. */
const namedOne = async (read: Desk['read'], one: Deposit): Promise<Static<typeof deposit>> =>
  (await named(read, [one]))[0] as Static<typeof deposit>

function wireDeposit(one: Deposit, names: ReadonlyMap<string, string>): Static<typeof deposit> {
  const { id: number, accountId, providerCode, state, currency, reference, proof, note, reason } = one
  const money = (value: bigint): string => formatMicros(value, currency)
  return {
    ...{ id: number, account: accountId, username: one.username, account_name: one.accountName },
    ...{ state, currency, provider: providerCode, provider_name: one.providerName },
    ...{ amount: money(one.amount), fee: money(one.fee), total_pay: money(one.totalPay) },
    ...{ has_gateway: one.hasGateway, reference, proof, has_file: one.hasFile, note, reason },
    ...{ created_at: one.createdAt, expires_at: one.expiresAt },
    ...{ settled_at: one.settledAt, settled_by: one.settledBy },
    settled_by_name: one.settledBy === null ? null : (names.get(one.settledBy) ?? null),
  }
}

/** `othered` says what crediting another amount would do. Throws invalid_input. */
const othered = ({ deposit: one, available }: { deposit: Deposit; available: bigint }, given: string) =>
  inFieldsOf({ amount: 'other_amount' }, async () => {
    const came = amountOf(given, 'amount', one.currency)
    return {
      amount: formatMicros(came, one.currency),
      available_after: formatMicros(available + came, one.currency),
      reason: orThrow(otherAmount(one, came)),
    }
  })

/** `decided` gives a deposit as a person has decided it. */
const decided = async (
  { desk, params }: Call<Static<typeof longIdParams>>,
  clock: OperatorDeps['clock'],
  decide: (deposits: OperatorDeposits, id: DepositId) => Promise<Deposit>,
): Promise<Static<typeof deposit>> =>
  namedOne(desk.change, await decide(new OperatorDeposits(desk.change, clock), params.id as DepositId))

export const operatorDepositRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/deposits',
    name: 'listDeposits',
    exported: 'deposits',
    section,
    command: 'deposit list',
    summary: 'What resellers pay in, the newest first or sorted',
    description:
      'A narrowed list looks at 200,000 deposits at a time: a page may have few of them, or none, and go on behind its cursor.',
    access,
    query: Type.Object({
      ...pageQuery,
      sort: oneOf(depositSorts, {
        default: '-begun',
        description:
          'By when they were begun or settled; "-" has the latest first. Sorted by `settled`, those that are open are left out',
      }),
      account: Type.Optional(text(64, { description: 'Id or user name' })),
      state: Type.Optional(oneOf(depositStates, { description: '`review`: they wait for a person' })),
      provider: Type.Optional(text(64)),
      from: bound('Begun then or later: a time with its zone, or a day in UTC'),
      to: bound('Begun before that time, or on that day in UTC and before'),
      amount: wantedAmount('What is credited, or what is paid'),
      q: Type.Optional(
        text(255, {
          description:
            "A part of what the payer wrote, of the gateway's name of the payment, or of the account's name or user name; or its number, or an amount that is credited or paid",
        }),
      ),
    }),
    answer: pageOf(deposit),
    refusals: ['not_found'],
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const { account, state, provider, from, to, amount: wanted, q } = filter
      const [at, after] = readNumbers(cursor, filter, 2) ?? []
      const accountId = account === undefined ? undefined : (await findAccount(desk.read, account)).id
      const deposits = new OperatorDeposits(desk.read)
      const { items, next } = await deposits.sorted({
        ...{ accountId, state, provider, limit, text: q, sort: filter.sort },
        after: at === undefined ? undefined : { at, id: after as DepositId },
        from: from === undefined ? undefined : timeOf(from),
        to: to === undefined ? undefined : timeOf(to, DAY_MS),
        amount: wanted === undefined ? undefined : parseMicros(wanted),
      })
      const next_cursor = cursorOfNumbers(next && [next.at, next.id], filter)
      return { page: { items: await named(desk.read, items), next_cursor } }
    },
  }),
  route({
    method: 'GET',
    path: '/deposits/:id',
    name: 'getDeposit',
    section,
    command: 'deposit show',
    summary: 'One deposit, with what the gateway said of it',
    access,
    params: longIdParams,
    query: Type.Object({
      other_amount: Type.Optional(givenAmount('Say what crediting this in its place would do')),
    }),
    answer: Type.Object({
      deposit,
      may_decide: Type.Boolean({
        description: 'A person may decide about it as it stands; else it has ended, or its gateway decides',
      }),
      available: amount('What its account has available now'),
      available_after: amount('What it would have once this is credited'),
      other: orNull(
        Type.Object({
          amount: amount('What came, as it was understood'),
          available_after: amount('What its account would have'),
          reason: Type.String({ description: 'What the reseller would read' }),
        }),
        'null: no other amount was asked about',
      ),
      seen_before: Type.Array(
        Type.Object({
          ...{ id: longId, username: Type.String(), state: oneOf(depositStates), created_at: time() },
          same_text: Type.Boolean({ description: 'The payer wrote the same' }),
          same_file: Type.Boolean({ description: 'The same file was handed in, byte for byte' }),
        }),
        {
          description:
            'Other deposits, of whichever accounts, for which the same was handed in; the newest first',
        },
      ),
      events: Type.Array(
        Type.Object({ id: Type.String(), type: Type.String(), outcome: Type.String(), received_at: time() }),
      ),
    }),
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, query: { other_amount: other } }) => {
      const found = await new OperatorDeposits(desk.read).get(params.id as DepositId)
      const { amount: credited, currency } = found.deposit
      return {
        deposit: await namedOne(desk.read, found.deposit),
        may_decide: isForPeople(found.deposit),
        available: formatMicros(found.available, currency),
        available_after: formatMicros(found.available + credited, currency),
        seen_before: found.seenBefore.map((one) => ({
          ...{ id: one.id, username: one.username, state: one.state, created_at: one.createdAt },
          ...{ same_text: one.isSameText, same_file: one.isSameFile },
        })),
        other: other === undefined ? null : await othered(found, other),
        events: found.events.map(({ receivedAt, ...event }) => ({ ...event, received_at: receivedAt })),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/deposits/:id/proof',
    name: 'getDepositProof',
    section,
    command: 'deposit show',
    summary: 'The file that the payer handed in: a PNG, a JPEG or a PDF',
    access,
    params: longIdParams,
    answer: Type.Object({}, { description: 'The file' }),
    refusals: ['not_found'],
    handle: async ({ desk, params, reply }) => {
      const { mediaType, content } = await new OperatorDeposits(desk.read).proofFile(params.id as DepositId)
      // It comes from a stranger: no browser runs it as a page.
      reply.type(mediaType).header('content-disposition', `attachment; filename="proof-${params.id}"`)
      return reply.send(content) as object
    },
  }),
  route({
    method: 'POST',
    path: '/deposits/:id/confirm',
    name: 'confirmDeposit',
    section,
    command: 'deposit confirm',
    summary: 'The money is there: credit it, once',
    access: 'money.deposits',
    params: longIdParams,
    needsKey: true,
    body: bodyOf({
      note: Type.Optional(text(500, { description: 'The reseller reads it in the transactions' })),
    }),
    answer: deposit,
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: (call) =>
      decided(call, clock, (deposits, number) =>
        deposits.confirm(number, { actor: call.desk.actor, note: call.body.note }),
      ),
  }),
  route({
    method: 'POST',
    path: '/deposits/:id/refuse',
    name: 'refuseDeposit',
    section,
    command: 'deposit refuse',
    summary: 'The money will not come, or goes back',
    access: 'money.deposits',
    params: longIdParams,
    needsKey: true,
    body: bodyOf({ reason: text(500, { description: 'The reseller reads it' }) }),
    answer: deposit,
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: (call) =>
      decided(call, clock, (deposits, number) =>
        deposits.refuse(number, { actor: call.desk.actor, reason: call.body.reason }),
      ),
  }),
  route({
    method: 'POST',
    path: '/deposits/:id/other-amount',
    name: 'creditOtherAmount',
    section,
    command: 'deposit other-amount',
    summary: 'Another amount came: end it without its own, and credit what came, in one step',
    description: 'What came is credited whole, without a fee. The reseller reads both amounts as the reason.',
    access: 'money.deposits',
    params: longIdParams,
    needsKey: true,
    body: bodyOf({
      amount: givenAmount('What came'),
      note: Type.Optional(text(500, { description: 'The reseller reads it in the transactions' })),
    }),
    answer: Type.Object({
      deposit,
      credited: amount(),
      available: amount('What its account has available now'),
    }),
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async ({ desk, params, body }) => {
      const deposits = new OperatorDeposits(desk.change, clock)
      const id = params.id as DepositId
      const { currency } = (await deposits.get(id)).deposit
      const { deposit: ended, entry } = await deposits.creditOther(
        id,
        amountOf(body.amount, 'amount', currency),
        { actor: desk.actor, note: body.note },
      )
      return {
        deposit: await namedOne(desk.change, ended),
        credited: formatMicros(entry.amount, currency),
        available: formatMicros(entry.availableAfter, currency),
      }
    },
  }),
]
