import { Type } from 'typebox'
import { actBecause } from '../../../audit/acting.ts'
import type { Provider } from '../../../deposits/provider.ts'
import { type ProviderForm, providerAttributes } from '../../../deposits/provider-attributes.ts'
import { isWell, providerFindings, testProvider } from '../../../deposits/provider-test.ts'
import { Providers, providerVersion, viewOf } from '../../../deposits/providers.ts'
import { gatewayKinds } from '../../../integrations/gateways/index.ts'
import { formOf, inColumns, type Json, shapeOf, wire } from '../../kit/nouns.ts'
import { bodyOf, oneOf, orNull, reason, text, version } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { gatewayKindShape, kindFields, kindForm, wireGatewayKind } from '../kinds.ts'
import { route } from '../route.ts'

const section = 'Money'
const access = 'money.read'

const provider = shapeOf(providerAttributes, { more: { version } })

const wireProvider = (one: Provider): Json => ({
  ...wire(providerAttributes, viewOf(one)),
  version: providerVersion(one),
})

const fields = kindFields('GET /gateway-kinds')
const codeParams = Type.Object({ code: text(64) })

export const depositProviderRoutes = ({
  sealer,
  clock,
  context,
}: Pick<OperatorDeps, 'sealer' | 'clock' | 'context'>) => [
  route({
    method: 'GET',
    path: '/deposit-providers',
    name: 'listDepositProviders',
    section,
    summary: 'The ways to pay in, by id',
    command: 'deposit provider list',
    access,
    answer: Type.Object({ items: Type.Array(provider) }),
    handle: async ({ desk }) => ({
      items: (await new Providers(desk.read, sealer, clock).list()).map(wireProvider),
    }),
  }),
  route({
    method: 'GET',
    path: '/deposit-providers/:code',
    name: 'getDepositProvider',
    section,
    summary: 'One way to pay in, with its settings',
    command: 'deposit provider show',
    access,
    params: codeParams,
    answer: provider,
    refusals: ['not_found'],
    handle: async ({ desk, params }) =>
      wireProvider(await new Providers(desk.read, sealer, clock).get(params.code)),
  }),
  route({
    method: 'GET',
    path: '/gateway-kinds',
    name: 'listGatewayKinds',
    section,
    summary: 'The kinds of ways to pay in, with what each is configured with',
    access,
    answer: Type.Object({ items: Type.Array(gatewayKindShape) }),
    handle: () => ({ items: gatewayKinds.kinds.map(wireGatewayKind) }),
  }),
  route({
    method: 'POST',
    path: '/deposit-providers',
    name: 'addDepositProvider',
    section,
    summary: 'A new way to pay in; its secrets are kept sealed, and are not shown again',
    command: 'deposit provider add',
    access: 'settings.edit',
    needsKey: true,
    body: formOf(providerAttributes, 'create', { more: fields }),
    answer: provider,
    refusals: ['invalid_input', 'conflict'],
    handle: async ({ desk, body }) => {
      const form: ProviderForm = kindForm(providerAttributes, body)
      return wireProvider(
        await inColumns(
          providerAttributes,
          body,
          () => new Providers(desk.change, sealer, clock).create(form as Parameters<Providers['create']>[0]),
          gatewayKinds,
        ),
      )
    },
  }),
  route({
    method: 'PATCH',
    path: '/deposit-providers/:code',
    name: 'changeDepositProvider',
    section,
    summary: 'Change what is given of a way to pay in, and leave the rest: settings and secrets one by one',
    description: 'Deposits that have begun keep what they said.',
    command: 'deposit provider set',
    access: 'settings.edit',
    params: codeParams,
    needsVersion: true,
    body: formOf(providerAttributes, 'change', { more: fields }),
    answer: provider,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body, version: seen }) => {
      const changes: ProviderForm = kindForm(providerAttributes, body)
      return wireProvider(
        await inColumns(
          providerAttributes,
          body,
          () => new Providers(desk.change, sealer, clock).change(params.code, changes, seen),
          gatewayKinds,
        ),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/deposit-providers/:code/test',
    name: 'testDepositProvider',
    section,
    summary:
      'Ask the payment service behind a way to pay in what begins no payment, to see that the key is right',
    description:
      'Nothing is changed there or here, and it may be off. `finding` is `works` or `nobody_asked` (people or transfers say that the money is there) where nothing is to be mended.',
    command: 'deposit provider test',
    access: 'settings.edit',
    isApart: true,
    params: codeParams,
    answer: Type.Object({
      code: Type.String(),
      name: Type.String(),
      ok: Type.Boolean(),
      finding: oneOf(providerFindings),
      detail: orNull(Type.String(), 'What was answered, in short, without secrets'),
      is_practice: Type.Boolean({ description: 'The key is one for trying: no real money comes by it' }),
      unproved: Type.Array(Type.String(), {
        description: 'Fields of its kind that only a call of the payment service can prove',
      }),
      milliseconds: orNull(Type.Integer(), 'null: nobody was asked'),
    }),
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const tested = await testProvider({ sql: desk.change, sealer, context }, params.code)
      const { isPractice, unproved, ...rest } = tested
      return { ...rest, ok: isWell(tested), is_practice: isPractice, unproved: [...unproved] }
    },
  }),
  route({
    method: 'POST',
    path: '/deposit-providers/:code/disable',
    name: 'disableDepositProvider',
    section,
    summary: 'Begin no deposit with it; those that have begun are finished',
    command: 'deposit provider disable',
    access: 'settings.edit',
    params: codeParams,
    body: bodyOf({ why: reason }),
    answer: provider,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body }) => {
      await actBecause(desk.change, body.why)
      return wireProvider(
        await new Providers(desk.change, sealer, clock).change(params.code, { enabled: false }),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/deposit-providers/:code/enable',
    name: 'enableDepositProvider',
    section,
    summary: 'Show it to accounts again',
    command: 'deposit provider enable',
    access: 'settings.edit',
    params: codeParams,
    answer: provider,
    refusals: ['not_found'],
    handle: async ({ desk, params }) =>
      wireProvider(await new Providers(desk.change, sealer, clock).change(params.code, { enabled: true })),
  }),
]
