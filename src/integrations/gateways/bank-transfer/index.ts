import { minorUnit } from '../../../lib/money.ts'
import { integer, text } from '../../kit/fields.ts'
import { gatewayKind } from '../gateway-kind.ts'

/** `bankTransfer` is an account that people pay to and people look at. */
export const bankTransfer = gatewayKind({
  kind: 'bank-transfer',
  aliases: ['manual'],
  label: 'Bank transfer',
  wireKind: 'manual',
  fields: {
    account_number: text({ label: 'Account number', help: 'where to pay to', required: true, max: 200 }),
    account_holder_name: text({
      label: 'Account holder',
      help: 'whose account that is',
      required: true,
      max: 200,
    }),
    bank: text({ label: 'Bank', help: 'the bank', max: 200 }),
    instructions: text({ label: 'Instructions', help: 'what else the payer must know', max: 2000 }),
    expires_hours: integer({
      label: 'Time to pay',
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
