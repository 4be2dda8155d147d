import type { MessageDescriptor } from '@lingui/core'
import { i18n } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { lateWords } from '../../../words/late-words.ts'

/** EventWords is what somebody of the staff reads of an event that people are told of: what it is called, and when it is told. */
interface EventWords {
  title: MessageDescriptor
  when: MessageDescriptor
}

/** `eventWords` are those of the events of `src/notices/events.ts`. */
const eventWords: Readonly<Record<string, EventWords>> = {
  'supplier.out_of_credit': {
    title: msg`A supplier is out of credit`,
    when: msg`It takes no orders until our account there is paid into.`,
  },
  'supplier.trouble': {
    title: msg`A supplier is in trouble`,
    when: msg`Nothing is sent to it: it cannot be reached, is busy, or does not know us.`,
  },
  'supplier.low_balance': {
    title: msg`The balance at a supplier is low`,
    when: msg`It is below the mark that you have set for it.`,
  },
  'service.unrouted': {
    title: msg`A service has no working route`,
    when: msg`It is not sold, or its orders wait.`,
  },
  'review.waiting': {
    title: msg`Something waits for a decision`,
    when: msg`An outcome that nobody knows, a margin, a request of a reseller.`,
  },
  'supplier.list': {
    title: msg`A supplier's list waits for a person`,
    when: msg`It has lost too much and is not applied, costs in it have jumped or would be above a fixed price, or it has changed what you have edited.`,
  },
  'webhook.paused': {
    title: msg`A webhook is paused`,
    when: msg`It failed for so long that nothing more is sent to it.`,
  },
  'deposit.waiting': {
    title: msg`A deposit waits`,
    when: msg`Its proof is there, and somebody is to confirm it.`,
  },
  'payment.stray': {
    title: msg`A payment fits no deposit`,
    when: msg`It fits none, or several: nothing was credited.`,
  },
  'balance.low': {
    title: msg`A reseller's balance is low`,
    when: msg`What the account can spend is below its own mark.`,
  },
  digest: {
    title: msg`Summary of the day`,
    when: msg`All that waits for people, accounts below their mark, and what was sold yesterday, at the times of DIGEST_TIMES.`,
  },
  'order.done': {
    title: msg`Orders are done`,
    when: msg`They have ended, and something of them was delivered.`,
  },
  'order.refunded': {
    title: msg`Money was given back for an order`,
    when: msg`Of what was not delivered, or was refunded later.`,
  },
  'deposit.credited': {
    title: msg`A deposit was credited`,
    when: msg`The account can spend it.`,
  },
  'deposit.refused': {
    title: msg`A deposit was not credited, and why`,
    when: msg`It was refused, or its payment failed.`,
  },
  'price.changed': {
    title: msg`Prices have changed`,
    when: msg`Of what the account is offered.`,
  },
  'news.written': {
    title: msg`There is news from the shop`,
    when: msg`You have written it, and want people told of it.`,
  },
}

/** `speakEvents` loads them, which the application does not have at once. */
export const speakEvents = lateWords({
  en: () => import('../../../words/en.po?events'),
  id: () => import('../../../words/id.po?events'),
  es: () => import('../../../words/es.po?events'),
})

/** `wordedEvents` gives events with their title and description in the reader's language; one that is newer than this page keeps its name, and the server's English. */
export const wordedEvents = <Event extends { name: string; description: string }>(
  items: readonly Event[],
): (Event & { title: string })[] =>
  items.map((one) => {
    const words = eventWords[one.name]
    return words
      ? { ...one, title: i18n._(words.title), description: i18n._(words.when) }
      : { ...one, title: one.name }
  })
