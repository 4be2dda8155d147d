import { flag, integer } from '../../../lib/attribute-types.ts'
import type { ValuesOf } from '../../../lib/attributes.ts'
import { secret, text } from '../../kit/fields.ts'
import { answerFields } from '../http-kit/answer-fields.ts'
import { wayOutFields } from '../http-kit/way-out.ts'

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
    help: 'POST /api/order and POST /api/deposit honour Idempotency-Key: then each item is an order of its own, and one whose answer was lost and that no list of orders shows is ordered again with its key. A top-up whose answer was lost is asked for again with its key, too',
  }),
  ...answerFields({ recheck: [600, 86_400] }),
  ...wayOutFields,
  api_key: secret({
    label: 'API key',
    help: 'the API key, of the form <id>.<secret>',
    flag: '--api-key <secret or ->',
    header: true,
  }),
}

export type CekceirSettings = ValuesOf<typeof cekceirFields>
