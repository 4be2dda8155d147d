import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccount } from '../../src/accounts/accounts.ts'
import { openPool, type Sql } from '../../src/database/database.ts'
import type { Deposit } from '../../src/deposits/deposit.ts'
import { selectDeposit, updateReference } from '../../src/deposits/deposits.sql.ts'
import { Deposits } from '../../src/deposits/deposits.ts'
import type { Gateways } from '../../src/deposits/gateways.ts'
import { OperatorDeposits } from '../../src/deposits/operator-deposits.ts'
import type { Provider } from '../../src/deposits/provider.ts'
import { Providers } from '../../src/deposits/providers.ts'
import { settle } from '../../src/deposits/settlement.ts'
import { Refusal } from '../../src/errors.ts'
import type { Payment } from '../../src/integrations/gateways/gateway.ts'
import { checkLedger } from '../../src/ledger/check.ts'
import { LedgerReader } from '../../src/ledger/ledger-reader.ts'
import type { AccountId, DepositId } from '../../src/lib/ids.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'
import { TestClock } from '../support/server.ts'
import { money, sealer } from './deposits.fixtures.ts'

/** Step is one thing that somebody does to a deposit. */
type Step =
  | { who: 'gateway'; payment: Payment; event: number }
  | { who: 'answer' }
  | { who: 'operator'; what: 'confirm' | 'refuse' }
  | { who: 'payer'; withdrawn: Payment | undefined }

const AMOUNT = money('20')
const TOTAL = money('20.80')
const clock = new TestClock()
let database: TestDatabase
/** The pools of two processes. */
let pools: [Sql, Sql]
let provider: Provider
let accountId: AccountId
beforeAll(async () => {
  database = await testDatabase()
  pools = [database.sql, openPool(database.address)]
  provider = await new Providers(database.sql, sealer).create({
    ...{
      kind: 'stripe',
      code: 'card',
      name: 'Card',
      currency: 'USD',
      feePercent: 250,
      feeFlat: money('0.30'),
    },
    settings: { success_url: 'https://shop.example.com/paid' },
    secrets: { secret_key: 'sk_of_the_test', webhook_secret: 'whsec_of_the_test' },
  })
  accountId = (await createAccount(database.sql, { name: 'Shop', email: 'a@b.c', currency: 'USD' }, 'test'))
    .id
})
afterAll(async () => {
  await pools[1].end()
  await database.drop()
})

const payments: fc.Arbitrary<Payment> = fc.record({
  reference: fc.constantFrom('cs_1', 'cs_1', 'cs_2'),
  state: fc.constantFrom('open', 'processing', 'paid', 'paid', 'failed', 'expired'),
  amount: fc.constantFrom(null, TOTAL, TOTAL, TOTAL + 10_000n),
  currency: fc.constantFrom('USD', 'USD', 'EUR', null),
})
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ who: fc.constant('gateway'), payment: payments, event: fc.nat(4) }),
  },
  { weight: 1, arbitrary: fc.record({ who: fc.constant('answer') }) },
  {
    weight: 1,
    arbitrary: fc.record({ who: fc.constant('operator'), what: fc.constantFrom('confirm', 'refuse') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      who: fc.constant('payer'),
      withdrawn: fc.option(payments, { nil: undefined }),
    }),
  },
)

/** Told is what a gateway said and was taken in, what it may have said as its page was closed, and whether a person has decided. */
interface Told {
  paid: Payment[]
  perhaps: Payment[]
  decided: boolean
}

/** `does` has somebody do a step, in one of the processes. A refusal is an answer, too. */
async function does(
  sql: Sql,
  id: DepositId,
  named: (reference: string) => string,
  step: Step,
): Promise<Told> {
  const nothing = { paid: [], perhaps: [], decided: false }
  const renamed = (payment: Payment) => ({ ...payment, reference: named(payment.reference) })
  try {
    switch (step.who) {
      case 'gateway': {
        const payment = renamed(step.payment)
        // An event of one id says the same whenever it is told.
        const event = { id: `${id}-${step.event}-${JSON.stringify(step.payment, text)}`, type: 'test' }
        await settle(
          sql,
          provider,
          { depositId: id, payment, event: { ...event, depositId: id, payment } },
          clock,
        )
        return payment.state === 'paid' ? { ...nothing, paid: [payment] } : nothing
      }
      case 'answer':
        await updateReference(sql, id, { reference: named('cs_1'), details: {} })
        return nothing
      case 'operator': {
        const deposits = new OperatorDeposits(sql, clock)
        if (step.what === 'confirm') await deposits.confirm(id, { actor: 'person' })
        else await deposits.refuse(id, { actor: 'person', reason: 'given back' })
        return { ...nothing, decided: true }
      }
      case 'payer': {
        const withdrawn = step.withdrawn && renamed(step.withdrawn)
        const gateways = { of: async () => ({ withdraw: async () => withdrawn }) } as unknown as Gateways
        const deposits = new Deposits({ sql, gateways, clock, log: pino({ level: 'silent' }) })
        // Refused or not: what the gateway said of the page was taken in.
        await deposits.cancel(accountId, id, 'payer').catch(refused)
        return withdrawn?.state === 'paid' ? { ...nothing, perhaps: [withdrawn] } : nothing
      }
    }
  } catch (error) {
    refused(error)
    return nothing
  }
}

function refused(error: unknown): void {
  if (!(error instanceof Refusal)) throw error
}

const text = (_: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value)

let credited = 0n

async function isRight(deposit: Deposit, { paid, perhaps, decided }: Told): Promise<void> {
  if (deposit.state === 'succeeded') credited += AMOUNT
  expect(await new LedgerReader(database.sql).wallet(accountId)).toMatchObject({ available: credited })
  const fits = ({ reference, amount, currency }: Payment): boolean =>
    reference === deposit.reference && amount === TOTAL && currency === 'USD'
  if (!decided && deposit.state === 'succeeded') {
    expect(deposit.settledBy).toBe('deposit:card')
    expect([...paid, ...perhaps].filter(fits)).not.toEqual([])
  }
}

test('whoever says what in whatever order, from two processes at once: money is credited once, or a person knows of it', async () => {
  const bursts = fc.array(fc.array(steps, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(bursts, async (script) => {
      const account = { id: accountId, currency: 'USD' } as Parameters<Deposits['begin']>[1]
      const deposits = new Deposits({
        sql: database.sql,
        gateways: {} as Gateways,
        clock,
        log: pino({ level: 'silent' }),
      })
      const id = await database.sql.begin((transaction) =>
        deposits.begin(transaction, account, { providerCode: 'card', amount: AMOUNT }),
      )
      const named = (reference: string) => `${reference}_${id}`
      const told: Told = { paid: [], perhaps: [], decided: false }
      for (const burst of script) {
        const results = await Promise.all(
          burst.map((step, at) => does(pools[at % 2] as Sql, id, named, step)),
        )
        told.paid.push(...results.flatMap(({ paid }) => paid))
        told.perhaps.push(...results.flatMap(({ perhaps }) => perhaps))
        told.decided ||= results.some(({ decided }) => decided)
      }
      const deposit = (await selectDeposit(database.sql, null, id)) as Deposit
      await isRight(deposit, told)
      // A payment that was not credited, nor decided on by a person, stands before one by name.
      if (!told.decided) {
        if (told.paid.length > 0) expect(['succeeded', 'review']).toContain(deposit.state)
        for (const { reference } of told.paid)
          if (reference !== deposit.reference) expect(deposit.note).toContain(reference)
      }
      // It makes room for the next.
      await database.sql`update deposits set state = 'failed', settled_at = now(), settled_by = 'test', check_at = null
                          where id = ${id} and state in ('pending', 'review')`
    }),
    { numRuns: 60 },
  )
  expect((await checkLedger(database.sql)).filter(({ ok }) => !ok)).toEqual([])
})
