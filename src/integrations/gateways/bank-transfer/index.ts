import { integer } from '../../../lib/attribute-types.ts'
import { minorUnit } from '../../../lib/money.ts'
import { gatewayKind } from '../gateway-kind.ts'
import { payee } from '../payee.ts'

/** `bankTransfer` is a bank account; a person confirms that the money is there. */
export const bankTransfer = gatewayKind({
  kind: 'bank-transfer',
  aliases: ['manual'],
  label: 'Bank transfer',
  wireKind: 'manual',
  fields: {
    ...payee,
    expires_hours: integer({
      label: 'Time to pay',
      flag: '--expires-hours <text>',
      default: 72,
      min: 1,
      max: 2160,
      help: 'how long a deposit may be paid, 1 to 2160 hours',
    }),
  },
  shown: ['account_number', 'account_holder_name', 'bank', 'instructions'],
  channel: 'bank_transfer',
  step: minorUnit,
  minutes: (settings) => Number(settings['expires_hours']) * 60,
})
