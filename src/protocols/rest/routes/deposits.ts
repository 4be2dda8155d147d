import { Type } from 'typebox'
import { deposit, provider, wireDeposit, wireProvider } from '../../../contract/deposits.ts'
import { givenAmount, idParams, oneOf, page, pageOf, pageQuery } from '../../../contract/schema.ts'
import { depositStates } from '../../../deposits/deposit.ts'
import { MAX_FILE_BYTES } from '../../../deposits/proof.ts'
import { Refusal } from '../../../errors.ts'
import { once } from '../../../idempotency/idempotency.ts'
import type { DepositId } from '../../../lib/ids.ts'
import { type Micros, parseMicros } from '../../../lib/money.ts'
import { sanitize } from '../../../lib/text.ts'
import { answeredOnce, route } from '../route.ts'

const section = 'Deposits'

export const depositRoutes = [
  route({
    method: 'GET',
    path: '/api/deposit/provider',
    name: 'listDepositProviders',
    section,
    summary: 'The ways to pay in, in the currency of the account',
    permission: 'deposit.provider.list',
    query: Type.Object(pageQuery),
    answer: pageOf(provider),
    async handle({ key, parts, query: { limit, cursor } }) {
      const { providers, next } = await parts.deposits.providers(key.account, { limit, after: cursor })
      return page(providers.map(wireProvider), next)
    },
  }),
  route({
    method: 'GET',
    path: '/api/deposit/provider/:code',
    name: 'getDepositProvider',
    section,
    summary: 'A way to pay in',
    permission: 'deposit.provider.list',
    params: Type.Object({ code: Type.String({ maxLength: 64 }) }),
    answer: Type.Object({ data: provider }),
    refusals: ['not_found'],
    async handle({ key, parts, params: { code } }) {
      return { data: wireProvider(await parts.deposits.provider(key.account, code)) }
    },
  }),
  route({
    method: 'POST',
    path: '/api/deposit',
    name: 'createDeposit',
    section,
    summary: 'Begin a deposit',
    description:
      'The answer says how to pay: to a bank account, or on a page of the gateway. When the gateway cannot be reached ' +
      '(503), the same request under the same Idempotency-Key goes on where it broke; without a key it begins anew.',
    permission: 'deposit.create',
    body: Type.Object({ amount: givenAmount, provider_code: Type.String({ maxLength: 64 }) }),
    answer: deposit,
    refusals: ['not_found', 'invalid_input', 'conflict', 'provider_unavailable'],
    async handle({ key, parts, body, idempotencyKey }) {
      const { deposits, sql, clock } = parts
      const { account } = key
      const asked = { accountId: account.id, key: idempotencyKey, body, at: clock.now() }
      // Twice: what is begun is kept before the gateway is asked, and the answer once it has answered.
      const begun = await once(sql, { ...asked, action: 'deposit' }, (transaction) =>
        deposits.begin(transaction, account, {
          providerCode: body.provider_code,
          amount: amountOf(body.amount),
        }),
      )
      const begunId = Number(begun.json) as DepositId
      const opened = await deposits.open(account.id, begunId, { isKept: idempotencyKey !== null })
      return answeredOnce(
        await once(sql, { ...asked, action: 'deposit: answer' }, async () => wireDeposit(opened)),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/api/deposit',
    name: 'listDeposits',
    section,
    summary: 'Deposits, the newest first',
    permission: 'deposit.read',
    query: Type.Object({
      status: Type.Optional(oneOf(depositStates)),
      provider_code: Type.Optional(Type.String({ maxLength: 64 })),
      ...pageQuery,
    }),
    answer: pageOf(deposit),
    async handle({ key, parts, query }) {
      const { deposits, next } = await parts.deposits.list(key.account.id, {
        state: query.status,
        provider: query.provider_code === undefined ? undefined : sanitize(query.provider_code),
        before: query.cursor as DepositId | undefined,
        limit: query.limit,
      })
      return page(deposits.map(wireDeposit), next)
    },
  }),
  route({
    method: 'GET',
    path: '/api/deposit/:id',
    name: 'getDeposit',
    section,
    summary: 'A deposit',
    permission: 'deposit.read',
    params: idParams,
    answer: deposit,
    refusals: ['not_found'],
    async handle({ key, parts, params }) {
      return wireDeposit(await parts.deposits.show(key.account.id, params.id as DepositId))
    },
  }),
  route({
    method: 'POST',
    path: '/api/deposit/:id/proof',
    name: 'handInDepositProof',
    section,
    summary: 'Hand in what proves a bank transfer',
    description: `A reference, a file, or both; a person then looks at it. What is handed in again replaces what was before.`,
    permission: 'deposit.create',
    params: idParams,
    body: Type.Object({
      reference: Type.Optional(Type.String({ maxLength: 200, description: "Such as the bank's reference" })),
      file: Type.Optional(
        Type.String({
          description: `A PNG, JPEG or PDF in base64, of at most ${MAX_FILE_BYTES} bytes decoded`,
        }),
      ),
    }),
    answer: deposit,
    refusals: ['not_found', 'invalid_input', 'conflict'],
    async handle({ key, parts, params, body, idempotencyKey }) {
      const { deposits, sql, clock } = parts
      const accountId = key.account.id
      const asked = { accountId, key: idempotencyKey, action: 'deposit proof', body: [params.id, body] }
      return answeredOnce(
        await once(sql, { ...asked, at: clock.now() }, async (transaction) =>
          wireDeposit(await deposits.handProof(transaction, accountId, params.id as DepositId, body)),
        ),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/api/deposit/:id/cancel',
    name: 'cancelDeposit',
    section,
    summary: 'Cancel a deposit that will not be paid',
    description:
      'Cancelling again gives the same answer. One that turns out to be paid is credited, and this is a 409.',
    permission: 'deposit.create',
    params: idParams,
    answer: deposit,
    refusals: ['not_found', 'conflict', 'provider_unavailable'],
    async handle({ key, parts, params }) {
      const { account, id: keyId } = key
      return wireDeposit(await parts.deposits.cancel(account.id, params.id as DepositId, `key:${keyId}`))
    },
  }),
]

function amountOf(given: number | string): Micros {
  const read = parseMicros(String(given))
  if (read === undefined || read <= 0n) {
    throw new Refusal('invalid_input', 'must be more than 0, with at most 6 decimals', 'amount')
  }
  return read
}
