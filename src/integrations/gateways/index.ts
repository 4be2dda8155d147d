import { registry } from '../kit/registry.ts'
import { bankTransfer } from './bank-transfer/index.ts'
import { callback } from './callback/index.ts'
import { dhruGateway } from './dhru-gateway/index.ts'
import { midtrans } from './midtrans/index.ts'
import { stripe } from './stripe/index.ts'
import { uniqueAmount } from './unique-amount/index.ts'
import { xendit } from './xendit/index.ts'

/** `gatewayKinds` holds every kind of deposit provider. */
export const gatewayKinds = registry('deposit provider', [
  bankTransfer,
  uniqueAmount,
  callback,
  dhruGateway,
  midtrans,
  xendit,
  stripe,
])
