import type { Adapter } from './adapter.ts'
import { dhru } from './dhru.ts'
import { http } from './http.ts'
import { manual } from './manual.ts'
import { rest } from './rest.ts'
import { sandbox } from './sandbox.ts'
import type { SupplierKind } from './supplier.ts'

/** Every kind of supplier there is. */
export const adapters: Readonly<Record<SupplierKind, Adapter>> = { dhru, rest, http, manual, sandbox }
