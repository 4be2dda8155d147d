import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { Message } from '../integrations/channels/channel.ts'
import type { Language } from '../lib/languages.ts'
import type { Clock } from '../lib/time.ts'
import { conditions } from './conditions.ts'
import { digestAt } from './digest.ts'
import { type ConditionName, type EventName, events, isCondition, rulesOf } from './events.ts'
import { wordsOf } from './said.ts'
import type { Words } from './words/words.ts'

/** `examples` are what accounts read, of made-up orders and amounts. */
const examples: Record<keyof Omit<Words, 'over'> | 'news.written', (words: Words) => Message> = {
  'order.done': (say) =>
    say['order.done']({
      count: 2,
      orders: [
        { id: 10423, what: 'Network check 490154203237518', done: 1, all: 1, amount: '$0.12' },
        { id: 10424, what: 'Network check', done: 4, all: 5, amount: '$0.48' },
      ],
    }),
  'order.refunded': (say) =>
    say['order.refunded']({
      count: 1,
      total: '$1.35',
      orders: [
        {
          id: 10423,
          what: 'Unlock 490154203237518',
          amount: '$1.35',
          reason: 'Not available for this input',
        },
      ],
    }),
  'deposit.credited': (say) => say['deposit.credited']({ count: 1, total: '$50.00', available: '$101.35' }),
  'deposit.refused': (say) =>
    say['deposit.refused']({
      amount: '$51.00',
      reference: 'FT26329ABCD',
      reason: 'the bank shows no such payment',
      available: '$12.40',
    }),
  'price.changed': (say) =>
    say['price.changed']({ count: 1, prices: [{ service: 'Network check', before: '$0.10', now: '$0.12' }] }),
  'balance.low': (say) => say['balance.low']({ name: 'First Shop', available: '$4.20', mark: '$20.00' }),
  // Its words are the operator's own.
  'news.written': () => ({
    title: 'We are closed on Friday',
    text: 'Orders that are done by hand are done on Saturday.',
  }),
  'webhook.paused': (say) =>
    say['webhook.paused']({ host: 'shop.example.com', since: '2026-11-25 03:12 UTC' }),
}

/**
 * `preview` gives what would be told of an event now: to operators of what is so, to accounts of made-up things, because those are told of
 * what happens to them. Throws invalid_input.
 */
export async function preview(
  sql: Sql,
  clock: Clock,
  event: string,
  { side, language }: { side: 'operator' | 'account' | undefined; language: Language },
): Promise<Message[]> {
  if (!isEvent(event)) {
    const message = `${JSON.stringify(event)} is nothing that somebody is told of: ${Object.keys(events).join(', ')}`
    throw new Refusal('invalid_input', message, 'event')
  }
  const { sides } = rulesOf(event)
  const wanted = side ?? sides[0]
  if (wanted === undefined || !sides.includes(wanted))
    throw new Refusal('invalid_input', `${event} is told to the ${sides.join(' and ')}`, 'event')
  if (wanted === 'account') return [examples[event as keyof typeof examples]((await wordsOf(sql))[language])]
  if (!isCondition(event)) return [await digestAt(sql, clock)]
  const now = await conditions[event as ConditionName](sql)
  return now.flatMap(({ messages }) => messages.operator ?? [])
}

const isEvent = (name: string): name is EventName => Object.hasOwn(events, name)
