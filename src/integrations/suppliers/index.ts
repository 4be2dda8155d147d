import { registry } from '../kit/registry.ts'
import { cekceir } from './cekceir/index.ts'
import { dhru } from './dhru/index.ts'
import { http } from './http/index.ts'
import { manual } from './manual/index.ts'
import { sandbox } from './sandbox/index.ts'

/** `supplierKinds` holds every kind of supplier. */
export const supplierKinds = registry('supplier', [dhru, cekceir, http, manual, sandbox])

/** `kindsDoneByPeople` names the kinds whose items people answer. */
export const kindsDoneByPeople = supplierKinds.kinds.flatMap(({ kind, doneByPeople }) =>
  doneByPeople ? [kind] : [],
)

/** `kindsOfPractice` names the kinds that do nothing real. */
export const kindsOfPractice = supplierKinds.kinds.flatMap(({ kind, isPractice }) =>
  isPractice ? [kind] : [],
)
