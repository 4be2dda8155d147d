import { Type } from 'typebox'
import { supplierKinds } from '../../../integrations/suppliers/index.ts'
import { type SupplierView, supplierAttributes } from '../../../suppliers/attributes.ts'
import { listSuppliers, showSupplier } from '../../../suppliers/suppliers.ts'
import type { Caller } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { kindShape, wireKind } from '../kinds.ts'
import { type Json, shapeOf, wire } from '../nouns.ts'
import { route } from '../route.ts'
import { text } from '../shapes.ts'

const section = 'Suppliers'
const access = 'suppliers.read'

/** `ofBalance` are the columns that only those with `costs.read` see. */
const ofBalance = ['balance', 'balance_at', 'days_left', 'low_balance']

const supplier = shapeOf(supplierAttributes, { secret: ofBalance })

const wireSupplier = (view: SupplierView, { permissions }: Caller): Json =>
  wire(supplierAttributes, view, permissions.has('costs.read') ? [] : ofBalance)

const supplierParams = Type.Object({ supplier: text(100, { description: 'Id or name' }) })

export const supplierRoutes = ({ sealer }: Pick<OperatorDeps, 'sealer'>) => [
  route({
    method: 'GET',
    path: '/suppliers',
    name: 'listSuppliers',
    section,
    summary: 'All suppliers, by id: how they fare, and what they hold',
    command: 'supplier list',
    access,
    answer: Type.Object({ items: Type.Array(supplier) }),
    handle: async ({ desk, caller }) => {
      const suppliers = await listSuppliers(desk.read, await sealer())
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
    answer: Type.Object({ items: Type.Array(kindShape) }),
    handle: () => ({ items: supplierKinds.kinds.map(wireKind) }),
  }),
]
