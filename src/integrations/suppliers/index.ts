import type { SupplierKind } from './supplier-kind.ts'
import { dhru } from './dhru/index.ts'
import { http } from './http/index.ts'
import { manual } from './manual/index.ts'
import { rest } from './cekceir/index.ts'
import { sandbox } from './sandbox/index.ts'
import type { SupplierKindName } from './supplier.ts'

/** Every kind of supplier there is. */
export const supplierKinds: Readonly<Record<SupplierKindName, SupplierKind>> = { dhru, rest, http, manual, sandbox }
