import { type Static, Type } from 'typebox'
import { Refusal } from '../../../errors.ts'
import { tryAgainNow, useOthers } from '../../../fulfilment/prefer-others.ts'
import { supplierKinds } from '../../../integrations/suppliers/index.ts'
import { formatMicros } from '../../../lib/money.ts'
import { type SupplierForm, type SupplierView, supplierAttributes } from '../../../suppliers/attributes.ts'
import { testCauses, testSupplier } from '../../../suppliers/supplier-test.ts'
import {
  createSupplier,
  enableSupplier,
  fitsSupplier,
  isLow,
  listSuppliers,
  type SupplierFilter,
  showSupplier,
  supplierStates,
  supplierVersion,
  updateSupplier,
} from '../../../suppliers/suppliers.ts'
import { formOf, inColumns, type Json, shapeOf, wire } from '../../kit/nouns.ts'
import { amount, bodyOf, id, oneOf, orNull, reason, text, version } from '../../kit/shapes.ts'
import { type Caller, refuseUnless } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { kindFields, kindForm, supplierKindShape, wireSupplierKind } from '../kinds.ts'
import { route } from '../route.ts'

const section = 'Suppliers'
const access = 'suppliers.read'

/** `ofBalance` are the columns that only those with `costs.read` see. */
const ofBalance = ['balance', 'balance_at', 'days_left', 'low_balance']

/** LOW says when a balance is low. */
const LOW = 'Less is left there than its low mark, or it lasts less than 3 days'

const supplier = shapeOf(supplierAttributes, {
  secret: ofBalance,
  more: { low: Type.Optional(Type.Boolean({ description: `${LOW}; only with \`costs.read\`` })), version },
})

function wireSupplier(view: SupplierView, { permissions }: Caller): Json {
  const seesBalances = permissions.has('costs.read')
  return {
    ...wire(supplierAttributes, view, seesBalances ? [] : ofBalance),
    ...(seesBalances && { low: isLow(view) }),
    version: supplierVersion(view),
  }
}

const supplierFilter = Type.Object({
  state: Type.Optional(
    text(40, { description: `Some of ${supplierStates.join(', ')}, with commas between` }),
  ),
  kind: Type.Optional(text(200, { description: 'Some kinds, with commas between' })),
  low: Type.Optional(oneOf(['yes'], { description: `${LOW}; needs \`costs.read\`` })),
  q: Type.Optional(Type.String({ maxLength: 100, description: 'A part of its name' })),
})

/** `filterOf` reads a filter. Throws invalid_input, and permission_denied for balances that the caller does not see. */
function filterOf({ state, kind, low, q }: Static<typeof supplierFilter>, caller: Caller): SupplierFilter {
  if (low) refuseUnless(caller, ['costs.read'])
  const states = state?.split(',').map((word) => {
    const found = supplierStates.find((one) => one === word.trim())
    if (found) return found
    throw new Refusal(
      'invalid_input',
      `must be some of ${supplierStates.join(', ')}, with commas between`,
      'state',
    )
  })
  return {
    ...(states && { states }),
    ...(kind !== undefined && { kinds: kind.split(',').map((one) => one.trim()) }),
    ...(low && { low: true }),
    ...(q !== undefined && { name: q }),
  }
}

const fields = kindFields('GET /supplier-kinds')

const supplierForm = (body: Json): SupplierForm => kindForm(supplierAttributes, body)

const supplierParams = Type.Object({ supplier: text(100, { description: 'Id or name' }) })

export const supplierRoutes = ({
  sealer,
  context,
  outboundAllow,
  clock,
}: Pick<OperatorDeps, 'sealer' | 'context' | 'outboundAllow' | 'clock'>) => [
  route({
    method: 'GET',
    path: '/suppliers',
    name: 'listSuppliers',
    exported: 'suppliers',
    section,
    summary: 'All suppliers that fit a filter, by id: how they fare, and what they hold',
    command: 'supplier list',
    access,
    query: supplierFilter,
    answer: Type.Object({ items: Type.Array(supplier) }),
    refusals: ['invalid_input'],
    handle: async ({ desk, caller, query }) => {
      const fits = fitsSupplier(filterOf(query, caller))
      const suppliers = (await listSuppliers(desk.read, await sealer())).filter(fits)
      return { items: suppliers.map((one) => wireSupplier(one, caller)) }
    },
  }),
  route({
    method: 'GET',
    path: '/suppliers/:supplier',
    name: 'getSupplier',
    section,
    summary: 'One supplier, with its settings',
    command: 'supplier show',
    access,
    params: supplierParams,
    answer: supplier,
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) =>
      wireSupplier(await showSupplier(desk.read, await sealer(), params.supplier), caller),
  }),
  route({
    method: 'GET',
    path: '/supplier-kinds',
    name: 'listSupplierKinds',
    section,
    summary: 'The kinds of suppliers, with what each is configured with',
    access,
    answer: Type.Object({ items: Type.Array(supplierKindShape) }),
    handle: () => ({ items: supplierKinds.kinds.map(wireSupplierKind) }),
  }),
  route({
    method: 'POST',
    path: '/suppliers',
    name: 'addSupplier',
    section,
    summary: 'Add a supplier; its secrets are kept sealed, and are not shown again',
    command: 'supplier add',
    access: 'suppliers.edit',
    needsKey: true,
    body: formOf(supplierAttributes, 'create', { more: fields }),
    answer: supplier,
    refusals: ['invalid_input', 'conflict'],
    handle: async ({ desk, caller, body }) => {
      const form = supplierForm(body) as SupplierForm & { kind: string }
      const made = await inColumns(
        supplierAttributes,
        body,
        async () => createSupplier(desk.change, await sealer(), form),
        supplierKinds,
      )
      return wireSupplier(made, caller)
    },
  }),
  route({
    method: 'PATCH',
    path: '/suppliers/:supplier',
    name: 'changeSupplier',
    section,
    summary: 'Change what is given of a supplier, and leave the rest: settings and secrets one by one',
    command: 'supplier update',
    access: 'suppliers.edit',
    params: supplierParams,
    needsVersion: true,
    body: formOf(supplierAttributes, 'change', { more: fields }),
    answer: supplier,
    refusals: ['not_found', 'invalid_input', 'conflict'],
    handle: async ({ desk, caller, params, body, version: seen }) => {
      const changed = await inColumns(
        supplierAttributes,
        body,
        async () => updateSupplier(desk.change, await sealer(), params.supplier, supplierForm(body), seen),
        supplierKinds,
      )
      return wireSupplier(changed, caller)
    },
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/pause',
    name: 'pauseSupplier',
    section,
    summary: 'Send a supplier nothing more; what it has is finished',
    command: 'supplier disable',
    access: 'suppliers.edit',
    params: supplierParams,
    body: bodyOf({ why: reason }),
    answer: supplier,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, caller, params, body: { why } }) =>
      wireSupplier(await enableSupplier(desk.change, await sealer(), params.supplier, false, why), caller),
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/resume',
    name: 'resumeSupplier',
    section,
    summary: 'Send a supplier items again',
    command: 'supplier enable',
    access: 'suppliers.edit',
    params: supplierParams,
    answer: supplier,
    refusals: ['not_found'],
    handle: async ({ desk, caller, params }) =>
      wireSupplier(await enableSupplier(desk.change, await sealer(), params.supplier, true), caller),
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/prefer-others',
    name: 'preferOtherSuppliers',
    section,
    summary: 'Send a supplier nothing for some minutes: its items go by their next routes, or wait',
    description:
      'Then it is asked for our account, which buys nothing, and is used again once it answers. One that is paused because of trouble is passed over already: `409`.',
    access: 'suppliers.edit',
    params: supplierParams,
    body: bodyOf({
      minutes: Type.Integer({ minimum: 1, maximum: 1440, default: 60 }),
      why: Type.Optional(text(200, { description: 'For the record' })),
    }),
    answer: supplier,
    refusals: ['not_found', 'conflict', 'invalid_input'],
    handle: async ({ desk, caller, params, body }) => {
      await useOthers(desk.change, params.supplier, body, clock)
      return wireSupplier(await showSupplier(desk.change, await sealer(), params.supplier), caller)
    },
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/try-again',
    name: 'trySupplierAgain',
    section,
    summary: 'Ask a paused supplier now whether it is back',
    description:
      'It is asked for our account within a second, and used again once it answers. A pause that a person wanted is ended by who has `suppliers.edit`, and the trail has it.',
    access: 'suppliers.try',
    params: supplierParams,
    answer: supplier,
    refusals: ['not_found', 'conflict'],
    handle: async ({ desk, caller, params }) => {
      const why = await tryAgainNow(desk.change, params.supplier, clock)
      if (why === 'person') refuseUnless(caller, ['suppliers.edit'], { isChange: true })
      return wireSupplier(await showSupplier(desk.change, await sealer(), params.supplier), caller)
    },
  }),
  route({
    method: 'POST',
    path: '/suppliers/:supplier/test',
    name: 'testSupplier',
    section,
    summary: 'Ask a supplier for our account there, which buys nothing, and keep the balance',
    command: 'supplier test',
    access: 'suppliers.try',
    isApart: true,
    params: supplierParams,
    answer: Type.Object({
      id,
      name: Type.String(),
      ok: Type.Boolean(),
      account: orNull(
        Type.Object({
          name: orNull(Type.String()),
          balance: Type.Optional(orNull(amount(), 'Only for who has `costs.read`')),
          currency: orNull(Type.String()),
        }),
        'null: it could not be had, or there is none to ask for',
      ),
      milliseconds: orNull(Type.Integer(), 'null: nobody was asked'),
      problem: orNull(Type.String(), 'What went wrong'),
      cause: orNull(
        oneOf(testCauses),
        'Why, as far as it is known: `destination`: OUTBOUND_ALLOW has not its address; `login`; `address`: ours is not allowed there; `unreachable`; `said`: in the words of `problem`',
      ),
      note: orNull(Type.String()),
    }),
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, caller, params }) => {
      const parts = { sql: desk.change, sealer: await sealer(), context, allow: outboundAllow }
      const { account, ...rest } = await testSupplier(parts, params.supplier)
      const seesBalance = caller.permissions.has('costs.read')
      return {
        ...{ id: rest.id, name: rest.name, ok: rest.problem === null },
        account: account && {
          ...{ name: account.name, currency: account.currency },
          ...(seesBalance && {
            balance:
              account.balance === null ? null : formatMicros(account.balance, account.currency ?? undefined),
          }),
        },
        ...{ milliseconds: rest.milliseconds, problem: rest.problem, cause: rest.cause, note: rest.note },
      }
    },
  }),
]
