import { flag, integer } from '../../../lib/attribute-types.ts'
import type { ValuesOf } from '../../../lib/attributes.ts'
import { secret, text, times } from '../../kit/fields.ts'
import { unrecognisedSetting, wordsSetting } from '../book/settings.ts'
import { base64Setting } from '../http-kit/results.ts'
import { statusWordsSetting } from '../http-kit/status-words.ts'
import { frontStatuses } from '../http-kit/turned-away.ts'

/** `cekceirFields` are what an API of the Cek Ceir style is configured with. */
export const cekceirFields = {
  items_per_order: integer({
    label: 'Items an order',
    default: 50,
    min: 1,
    max: 1000,
    help: 'the most items that travel in one order, 1 to 1000',
  }),
  items_field: text({
    label: 'Field of the items',
    default: 'imeis',
    help: 'the field of an order that lists IMEIs or serial numbers',
  }),
  idempotency: flag({
    label: 'Honours Idempotency-Key',
    default: false,
    help: 'POST /api/order honours Idempotency-Key: then each item is an order of its own, and one whose answer was lost and that no list of orders shows is ordered again with its key',
  }),
  words: wordsSetting,
  unrecognised: unrecognisedSetting,
  front_statuses: frontStatuses,
  status_words: statusWordsSetting,
  base64_results: base64Setting,
  recheck: times({
    label: 'Rechecks',
    default: [600, 86_400],
    help: 'seconds after the end of an order at which it is asked about once more, for a change of mind',
  }),
  api_key: secret({
    label: 'API key',
    help: 'the API key, of the form <id>.<secret>',
    flag: '--api-key <secret or ->',
    header: true,
  }),
}

export type CekceirSettings = ValuesOf<typeof cekceirFields>
