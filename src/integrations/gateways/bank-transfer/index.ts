import { integer } from '../../../lib/attribute-types.ts'
import { minorUnit } from '../../../lib/money.ts'
import { optional, text } from '../../kit/fields.ts'
import { gatewayKind } from '../gateway-kind.ts'

/** `bankTransfer` is a bank account; a person confirms that the money is there. */
export const bankTransfer = gatewayKind({
  kind: 'bank-transfer',
  aliases: ['manual'],
  label: 'Bank transfer',
  wireKind: 'manual',
  fields: {
    account_number: text({
      label: 'Account number',
      flag: '--account-number <text>',
      help: 'where to pay to',
      max: 200,
    }),
    account_holder_name: text({
      label: 'Account holder',
      flag: '--account-holder-name <text>',
      help: 'whose account that is',
      max: 200,
    }),
    bank: optional(text({ label: 'Bank', flag: '--bank <text>', help: 'the bank', max: 200 })),
    instructions: optional(
      text({
        label: 'Instructions',
        flag: '--instructions <text>',
        help: 'what else the payer must know',
        max: 2000,
      }),
    ),
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
