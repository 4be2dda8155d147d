import { choice, integer } from '../../../lib/attribute-types.ts'
import { map, optional, secret, text } from '../../kit/fields.ts'

/** `path` is where a value stands in the hook's JSON: names and numbers with dots between. */
const path = (label: string, flag: string, help: string, preset = '') =>
  text({
    ...{
      label,
      flag: `${flag} <path>`,
      help: `${help}: names with dots between, such as data.amount`,
      max: 200,
    },
    default: preset,
  })

/** Preset is what one service sends, whose names are the defaults of a kind. */
interface Preset {
  header: string
  id: string
  amount: string
  time?: string
  words?: string
  when?: Record<string, string>
}

/** `hookFields` are the fields of a kind whose hook is told of transfers. */
export const hookFields = ({ header, id, amount, time, words, when = {} }: Preset) => ({
  hook_header: text({
    label: 'Header of the signature',
    flag: '--hook-header <name>',
    default: header,
    help: 'the header with the HMAC of the body',
    form: { pattern: '^[A-Za-z0-9-]{1,100}$', example: 'X-Signature' },
  }),
  hook_algorithm: choice(['sha256', 'sha512'], {
    label: 'Hash of the signature',
    flag: '--hook-algorithm <name>',
    default: 'sha256',
    help: 'sha256 or sha512',
  }),
  hook_list: path(
    'Where the transfers are',
    '--hook-list',
    'the list of transfers, or one; the whole body when empty',
  ),
  hook_id: path('Id of a transfer', '--hook-id', 'its own name, by which it counts once', id),
  hook_amount: path('Amount of a transfer', '--hook-amount', 'what was paid', amount),
  hook_decimals: integer({
    label: 'Decimals of the amount',
    flag: '--hook-decimals <count>',
    default: 0,
    min: 0,
    max: 18,
    help: 'how many digits of a whole number are behind the point, 0 to 18: 6 where 1500000 is 1.5',
  }),
  hook_currency: path('Currency of a transfer', '--hook-currency', 'not looked at when empty'),
  hook_currency_name: optional(
    text({
      label: 'Name of the currency',
      flag: '--hook-currency-name <text>',
      help: "how the hook calls the provider's currency, such as USDT; its code when left out",
      max: 50,
    }),
  ),
  hook_time: path(
    'Time of a transfer',
    '--hook-time',
    'when it was made; when it is told of when empty',
    time,
  ),
  hook_words: path('Words of a transfer', '--hook-words', 'what people read of it', words),
  hook_when: map({
    label: 'Which transfers count',
    flag: '--hook-when <json>',
    default: when,
    help: 'what must stand where, by path, such as {"type":"CR"}; all others are passed over',
  }),
  hook_secret: secret({
    label: "Hook's secret",
    flag: '--hook-secret <secret or ->',
    help: 'what the hook signs with',
  }),
})
