import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Deposit, depositStates } from '../../src/deposits/deposit.ts'
import { verdictOn } from '../../src/deposits/settlement.ts'
import type { Payment } from '../../src/integrations/gateways/gateway.ts'
import { micros } from '../../src/lib/money.ts'

const deposits = fc
  .record({ state: fc.constantFrom(...depositStates), reference: fc.constantFrom(null, 'cs_1') })
  .map((some) => ({ ...some, currency: 'USD', totalPay: micros(20_000_000n), note: null }) as Deposit)

const payments: fc.Arbitrary<Payment> = fc.record({
  reference: fc.constantFrom('cs_1', 'cs_2'),
  state: fc.constantFrom('open', 'processing', 'paid', 'failed', 'expired'),
  amount: fc.constantFrom(null, 0n, 5_000_000n, 15_000_000n, 20_000_000n, 20_000_001n),
  currency: fc.constantFrom(null, 'USD', 'EUR'),
})

const fits = (deposit: Deposit, payment: Payment): boolean =>
  payment.amount === deposit.totalPay &&
  payment.currency === deposit.currency &&
  (deposit.reference === null || deposit.reference === payment.reference)

test('exactly that is credited which is pending or waits with a proof, is paid, and fits in every respect', () => {
  fc.assert(
    fc.property(deposits, payments, (deposit, payment) => {
      const { credit = false, state } = verdictOn(deposit, payment) ?? {}
      const isOpen = deposit.state === 'pending' || (deposit.state === 'review' && deposit.reference === null)
      const due = isOpen && payment.state === 'paid' && fits(deposit, payment)
      expect(credit).toBe(due)
      if (due) expect(state).toBe('succeeded')
    }),
    { numRuns: 1000 },
  )
})

test('money that came is credited, known as credited, or before a person', () => {
  fc.assert(
    fc.property(deposits, payments, (deposit, payment) => {
      fc.pre(payment.state === 'paid')
      const verdict = verdictOn(deposit, payment)
      expect(['succeeded', 'review']).toContain(verdict?.state ?? deposit.state)
      const isOurs = deposit.reference === payment.reference
      if (deposit.state === 'succeeded' && !isOurs) expect(verdict?.note).toContain(payment.reference)
      if (verdict?.state === 'review') expect(verdict.note).toBeTruthy()
    }),
    { numRuns: 1000 },
  )
})

test('what has ended is opened again by money and by nothing else', () => {
  fc.assert(
    fc.property(deposits, payments, (deposit, payment) => {
      fc.pre(payment.state !== 'paid' && deposit.state !== 'pending')
      expect(verdictOn(deposit, payment)).toBeUndefined()
    }),
    { numRuns: 1000 },
  )
})

test('a payment that a person knew of when they refused the deposit is no news', () => {
  fc.assert(
    fc.property(deposits, payments, payments, (deposit, payment, other) => {
      fc.pre(payment.state === 'paid' && deposit.state !== 'succeeded' && other.state === 'paid')
      const seen = verdictOn(deposit, payment)
      fc.pre(seen?.state === 'review')
      const refused = {
        ...deposit,
        ...{ state: 'failed', note: seen?.note ?? null, reference: deposit.reference ?? payment.reference },
      } as Deposit
      expect(verdictOn(refused, payment)).toBeUndefined()
      const isOther = other.reference !== payment.reference
      // Of the payment that the account was given, another amount is news, too.
      const isOurs = deposit.reference === null || deposit.reference === payment.reference
      const [now, then] = [other, payment].map(({ amount, currency }) =>
        amount === null ? null : currency && `${amount} ${currency}`,
      )
      if (isOther || (isOurs && now !== then)) expect(verdictOn(refused, other)?.state).toBe('review')
    }),
    { numRuns: 1000 },
  )
})
