import { type Static, Type } from 'typebox'
import { createPriceGroup, listPriceGroups, type PriceGroup } from '../../../accounts/accounts.ts'
import { bodyOf, id, text, time } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Resellers'

const priceGroup = Type.Object({
  id,
  name: Type.String(),
  accounts: Type.Integer({ description: 'How many are in it; `GET /accounts?group=` lists them' }),
  created_at: time(),
})

const wirePriceGroup = ({
  id: number,
  name,
  accounts,
  createdAt,
}: PriceGroup): Static<typeof priceGroup> => ({
  ...{ id: number, name, accounts, created_at: createdAt },
})

export const priceGroupRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/price-groups',
    name: 'listPriceGroups',
    section,
    command: 'group list',
    summary: 'Accounts that see the same services and prices',
    access: 'resellers.read',
    answer: Type.Object({ items: Type.Array(priceGroup) }),
    handle: async ({ desk }) => ({ items: (await listPriceGroups(desk.read)).map(wirePriceGroup) }),
  }),
  route({
    method: 'POST',
    path: '/price-groups',
    name: 'createPriceGroup',
    section,
    command: 'group create',
    summary: 'Make a price group',
    access: 'resellers.terms',
    body: bodyOf({ name: text(64) }),
    answer: priceGroup,
    refusals: ['invalid_input', 'conflict'],
    handle: async ({ desk, body }) => wirePriceGroup(await createPriceGroup(desk.change, body.name, clock)),
  }),
]
