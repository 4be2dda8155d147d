import { Type } from 'typebox'
import { deposit, provider, wireDeposit, wireProvider } from '../../../contract/deposits.ts'
import { pageQuery, pageShape, wirePage } from '../../../contract/page.ts'
import { givenAmount, idParams, oneOf } from '../../../contract/schema.ts'
import { depositStates } from '../../../deposits/deposit.ts'
import { MAX_FILE_BYTES } from '../../../deposits/proof.ts'
import { type DepositId, MAX_ID, type ProviderId } from '../../../lib/ids.ts'
import { sanitize } from '../../../lib/text.ts'
import { readAmount } from '../decode.ts'
import type { RestDeps } from '../deps.ts'
import { answeredOnce, route } from '../route.ts'

const section = 'Deposits'

export const depositRoutes = ({
  deposits,
  idempotency,
  actionThrottle,
}: Pick<RestDeps, 'deposits' | 'idempotency' | 'actionThrottle'>) => [
  route({
    method: 'GET',
    path: '/api/deposit/provider',
    name: 'listDepositProviders',
    section,
    summary: 'The ways to pay in, in the currency of the account',
    permission: 'deposit.provider.list',
    query: Type.Object(pageQuery),
    answer: pageShape(provider),
    async handle({ asker, query: { limit, cursor = 0 } }) {
      // No id is larger, and the column takes no larger number.
      const after = Math.min(cursor, MAX_ID) as ProviderId
      return wirePage(await deposits.providers(asker.account, { limit, after }), wireProvider)
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
    handle: async ({ asker, params: { code } }) => ({
      data: wireProvider(await deposits.provider(asker.account, code)),
    }),
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
    async handle({ accountId, asker: { account }, body, idempotencyKey: key }) {
      // Two keys: what was begun is kept before the gateway is asked, and the answer once the gateway has answered.
      // What goes on where it broke asks the gateway again, so that it counts, too.
      actionThrottle.countDeposit(accountId)
      const begun = await idempotency.once({ accountId, key, body, action: 'deposit' }, (transaction) =>
        deposits.begin(transaction, account, {
          providerCode: body.provider_code,
          amount: readAmount(body.amount, 'amount', account.currency),
        }),
      )
      const begunId = Number(begun.json) as DepositId
      const opened = await deposits.open(accountId, begunId, { isKept: key !== null })
      return answeredOnce(
        await idempotency.once(
          { accountId, key, body, action: 'deposit: answer', isInParts: true },
          async () => wireDeposit(opened),
        ),
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
    answer: pageShape(deposit),
    async handle({ accountId, query, gone }) {
      const filter = {
        state: query.status,
        provider: query.provider_code === undefined ? undefined : sanitize(query.provider_code),
        before: query.cursor as DepositId | undefined,
        limit: query.limit,
      }
      const page = await deposits.list(accountId, filter, gone)
      return wirePage(page, wireDeposit)
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
    handle: async ({ accountId, params }) =>
      wireDeposit(await deposits.show(accountId, params.id as DepositId)),
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
    handle: async ({ accountId, params, body, idempotencyKey: key }) =>
      answeredOnce(
        await idempotency.once(
          { accountId, key, action: 'deposit proof', body: [params.id, body] },
          async (transaction) =>
            wireDeposit(await deposits.handProof(transaction, accountId, params.id as DepositId, body)),
        ),
      ),
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
    async handle({ accountId, asker, params }) {
      actionThrottle.countDeposit(accountId)
      return wireDeposit(await deposits.cancel(accountId, params.id as DepositId, asker.actor))
    },
  }),
]
