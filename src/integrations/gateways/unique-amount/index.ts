import { formatMicros, minorUnit } from '../../../lib/money.ts'
import { optional, text } from '../../kit/fields.ts'
import { gatewayKind } from '../gateway-kind.ts'
import { payee } from '../payee.ts'
import { hookFields } from '../signed-hook/index.ts'
import { SignedHook } from '../signed-hook/reader.ts'
import { tellingApart, toldApart } from '../told-apart.ts'
import { qrisFault, withAmount } from './qris.ts'

const qris = text({
  label: 'QRIS',
  flag: '--qris <text>',
  help: 'the text that your static QR code holds; each deposit shows it with its own amount',
  max: 1000,
})

const { hook_secret: hookSecret, ...hook } = hookFields({
  ...{ header: 'Signature', id: 'mutation_id', amount: 'amount', time: 'date', words: 'description' },
  when: { type: 'CR' },
})

/**
 * `uniqueAmount` is a bank account or a QRIS whose deposits are told apart by their amounts: a statement, or a service that reads the
 * account, says what came in. The hook's paths are those of Moota.
 */
export const uniqueAmount = gatewayKind({
  kind: 'unique-amount',
  label: 'Transfer with an amount of its own',
  fields: {
    ...payee,
    qris: optional({ ...qris, fault: qrisFault }),
    ...toldApart,
    ...hook,
    hook_secret: optional(hookSecret),
  },
  shown: ['account_number', 'account_holder_name', 'bank', 'instructions'],
  channel: 'bank_transfer',
  step: minorUnit,
  unproved: ['hook_secret'],
  minutes: (settings) => Number(settings['expires_hours']) * 60,
  toldApart: (settings, currency) => tellingApart(settings, minorUnit(currency)),
  details: (settings, { totalPay, currency }) =>
    settings['qris'] === undefined || currency !== 'IDR'
      ? {}
      : { qr_string: withAmount(String(settings['qris']), formatMicros(totalPay, currency)) },
  hear: (deps) => (deps.secrets['hook_secret'] === undefined ? undefined : new SignedHook(deps)),
})
