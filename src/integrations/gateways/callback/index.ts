import { integer } from '../../../lib/attribute-types.ts'
import { minorUnit } from '../../../lib/money.ts'
import { gatewayKind } from '../gateway-kind.ts'
import { payee } from '../payee.ts'
import { hookFields } from '../signed-hook/index.ts'
import { SignedHook } from '../signed-hook/reader.ts'
import { tellingApart, toldApart } from '../told-apart.ts'

/**
 * `callback` is an address, such as one for USDT, that a program of the operator's or a service watches: it tells a signed hook what came in, and
 * the amount says for which deposit.
 */
export const callback = gatewayKind({
  kind: 'callback',
  label: 'Address with a signed hook',
  fields: {
    ...payee,
    account_number: { ...payee.account_number, help: 'the address to pay to' },
    ...toldApart,
    tail_decimals: integer({
      label: 'Decimals of what is added',
      flag: '--tail-decimals <count>',
      default: 4,
      min: 0,
      max: 6,
      help: 'how many decimals the smallest unit has by which deposits differ, 0 to 6: 4 adds 0.0001 to 0.0099',
    }),
    ...hookFields({ header: 'X-Signature', id: 'id', amount: 'amount' }),
  },
  shown: ['account_number', 'account_holder_name', 'bank', 'instructions'],
  channel: 'address',
  step: minorUnit,
  unproved: ['hook_secret'],
  minutes: (settings) => Number(settings['expires_hours']) * 60,
  toldApart: (settings) => tellingApart(settings, 10n ** BigInt(6 - Number(settings['tail_decimals']))),
  hear: (deps) => new SignedHook(deps),
})
