import { Type } from 'typebox'
import type { Provider } from '../../../deposits/provider.ts'
import { providerAttributes } from '../../../deposits/provider-attributes.ts'
import { Providers, viewOf } from '../../../deposits/providers.ts'
import { gatewayKinds } from '../../../integrations/gateways/index.ts'
import type { OperatorDeps } from '../deps.ts'
import { kindShape, wireKind } from '../kinds.ts'
import { type Json, shapeOf, wire } from '../nouns.ts'
import { route } from '../route.ts'
import { text } from '../shapes.ts'

const section = 'Money'
const access = 'money.read'

const provider = shapeOf(providerAttributes)

const wireProvider = (one: Provider): Json => wire(providerAttributes, viewOf(one))

export const depositProviderRoutes = ({ sealer, clock }: Pick<OperatorDeps, 'sealer' | 'clock'>) => [
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
    params: Type.Object({ code: text(64) }),
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
    answer: Type.Object({ items: Type.Array(kindShape) }),
    handle: () => ({ items: gatewayKinds.kinds.map(wireKind) }),
  }),
]
