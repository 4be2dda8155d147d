import { setupI18n } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { type Language, wordsOf } from '../../../words/words.ts'
import { readItems, type Summary } from './order-data.ts'

/** MOST is how many results a reply has at most: more are read in the shop. */
const MOST = 20

/** `replyOf` writes what one may answer a reseller who asks where an order is, in the reseller's language. */
export async function replyOf({ order, language, time_zone: zone }: Summary): Promise<string> {
  const i18n = setupI18n({ locale: language, messages: { [language]: await wordsOf(language as Language) } })
  const id = order.id
  const input = order.inputs[0] ?? ''
  const lines = [i18n._(msg`Order ${id}, ${order.service_name} ${input}`)]
  switch (order.state) {
    case 'success':
    case 'partial':
    case 'failed': {
      const items = (await readItems(id)).slice(0, MOST)
      lines.push(
        ...items.map(({ input: of, result, reason }) =>
          [of, result ?? reason ?? ''].filter(Boolean).join(': '),
        ),
      )
      break
    }
    case 'cancelled':
      lines.push(i18n._(msg`It was cancelled, and its price was given back.`))
      break
    default:
      lines.push(
        (order.states.unknown ?? 0) > 0
          ? i18n._(
              msg`It is being checked with our supplier. Its price is held, and not charged before there is a result.`,
            )
          : i18n._(msg`It is being worked on. Its price is held, and not charged before there is a result.`),
      )
      // What is late is not promised again.
      if (order.expected_by && Date.parse(order.expected_by) > Date.now()) {
        const at = new Date(order.expected_by).toLocaleString(language === 'en' ? 'en-GB' : language, {
          ...{ day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit' },
          ...{ timeZone: zone ?? 'UTC', timeZoneName: 'short' },
        })
        lines.push(i18n._(msg`We expect it by ${at}.`))
      }
  }
  return lines.join('\n')
}
