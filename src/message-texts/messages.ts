import { words as mails } from '../account-people/words/index.ts'
import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { Message } from '../integrations/channels/channel.ts'
import { fault, orThrow, type Result, resultOf } from '../lib/fault.ts'
import { type Language, languages } from '../lib/languages.ts'
import { emptyFault, lineFault, textFault, turningFault } from '../lib/text.ts'
import { checkVersion, versionOf } from '../lib/version.ts'
import { words as notices } from '../notices/words/index.ts'
import type { Changed } from '../people/mails.ts'
import { words as people } from '../people/words/index.ts'
import { deleteText, type KeptText, lockTexts, selectTexts, upsertText } from './texts.sql.ts'
import { filled, PLACEHOLDER } from './texts.ts'

/** MessageText is one message to resellers in one language. */
export interface MessageText {
  name: string
  language: Language
  /** `placeholders` may stand in it as `{name}`; `needed` must. */
  placeholders: string[]
  needed: string[]
  /** `ours` is the program's own, `set` that of the staff; null: it has written none. */
  ours: Message
  set: Message | null
  version: string
}

/** `ours` are the program's own texts of all messages, with placeholders where values stand. */
const ours: Readonly<Record<string, (language: Language) => Message>> = {
  'mail.invitation': (language) => mails[language].invitation(named('shop', 'account', 'link', 'until')),
  'mail.reset': (language) => mails[language].reset(named('shop', 'link', 'until')),
  'mail.verify': (language) => mails[language].verify(named('shop', 'link', 'until')),
  'mail.known': (language) => mails[language].known(named('shop', 'link')),
  'mail.refused': (language) => mails[language].refused(named('shop', 'why')),
  'mail.new_email': (language) => people[language].newEmail(named('where', 'link', 'until')),
  'person.signed_in': (language) => people[language].signedIn(named('where', 'device', 'address', 'at')),
  ...Object.fromEntries(
    (
      [
        'password',
        'app',
        'app removed',
        'recovery codes',
        'passkey added',
        'passkey removed',
        'email asked',
        'email',
      ] as Changed[]
    ).map((what) => [
      changedName(what),
      (language: Language) => people[language].changed({ ...named('where', 'at'), what }),
    ]),
  ),
  'order.done.one': (language) => listed(notices[language]['order.done'](oneOrder)),
  'order.done': (language) => listed(notices[language]['order.done']({ ...oneOrder, ...many })),
  'order.refunded.one': (language) => listed(notices[language]['order.refunded'](oneRefund)),
  'order.refunded': (language) => listed(notices[language]['order.refunded']({ ...oneRefund, ...many })),
  'deposit.credited.one': (language) =>
    notices[language]['deposit.credited']({ ...named('total', 'available'), count: 1 }),
  'deposit.credited': (language) =>
    notices[language]['deposit.credited']({ ...named('total', 'available'), ...many }),
  'deposit.refused': (language) =>
    notices[language]['deposit.refused'](named('amount', 'reference', 'reason', 'available')),
  'price.changed.one': (language) => listed(notices[language]['price.changed']({ count: 1, prices: [] })),
  'price.changed': (language) => listed(notices[language]['price.changed']({ ...many, prices: [] })),
  'balance.low': (language) => notices[language]['balance.low'](named('name', 'available', 'mark')),
  'webhook.paused': (language) => notices[language]['webhook.paused'](named('host', 'since')),
}

function changedName(what: Changed): string {
  return `person.${what.replace(' ', '_')}`
}

/** `named` gives each value its placeholder. */
function named<Name extends string>(...names: readonly Name[]): Record<Name, string> {
  return Object.fromEntries(names.map((name) => [name, `{${name}}`])) as Record<Name, string>
}

/** `many` is a count that stands as a placeholder: no text takes it for one. */
const many = { count: '{count}' as unknown as number }
const order = { ...named('what', 'amount', 'reason'), id: '{id}' as unknown as number, done: 1, all: 1 }
const oneOrder = { count: 1, orders: [order] }
const oneRefund = { count: 1, total: '{total}', orders: [order] }

/** `listed` has the lines of a list, which the program writes, as one value. */
const listed = ({ title }: Message): Message => ({ title, text: '{lines}' })

const placeholdersIn = ({ title, text }: Message): string[] => [
  ...new Set([...`${title}\n${text}`.matchAll(PLACEHOLDER)].map(([, name]) => name as string)),
]

const viewOf = (name: string, language: Language, kept: readonly KeptText[]): MessageText => {
  const own = Object.hasOwn(ours, name) ? ours[name]?.(language) : undefined
  if (!own) throw new Refusal('not_found', `there is no message ${JSON.stringify(name)}`, 'name')
  const found = kept.find((one) => one.name === name && one.language === language)
  const set = found ? { title: found.title, text: found.text } : null
  const placeholders = placeholdersIn(own)
  return {
    ...{ name, language, placeholders, ours: own, set },
    needed: placeholders.filter((one) => one === 'link'),
    version: versionOf([set?.title ?? null, set?.text ?? null]),
  }
}

/** `listMessages` gives every message in every language. */
export async function listMessages(sql: Queryable): Promise<MessageText[]> {
  const kept = await selectTexts(sql)
  return Object.keys(ours).flatMap((name) => languages.map((language) => viewOf(name, language, kept)))
}

/**
 * `setMessage` keeps a text of the staff; null: the program's own stands again. Throws not_found, version_conflict, or invalid_input that names
 * title or text.
 */
export async function setMessage(
  sql: Sql,
  { name, language }: { name: string; language: Language },
  given: Message | null,
  seen?: string,
): Promise<MessageText> {
  return await sql.begin(async (transaction) => {
    await lockTexts(transaction)
    const view = viewOf(name, language, await selectTexts(transaction))
    checkVersion(seen, view.version)
    if (given === null) await deleteText(transaction, name, language)
    else await upsertText(transaction, { name, language, ...orThrow(checked(view, given)) })
    return viewOf(name, language, await selectTexts(transaction))
  })
}

/** `previewMessage` gives a text as it would arrive, with values of an example. Throws as `setMessage`. */
export function previewMessage(
  { name, language }: { name: string; language: Language },
  given: Message,
): Message {
  return filled(orThrow(checked(viewOf(name, language, []), given)), example)
}

function checked({ placeholders, needed }: MessageText, given: Message): Result<Message> {
  const message = { title: given.title.trim(), text: given.text.replace(/\r\n?/g, '\n').trim() }
  const faults = (['title', 'text'] as const).map((part) => {
    const unknown = [...message[part].matchAll(PLACEHOLDER)].find(
      ([, one = '']) => !placeholders.includes(one),
    )
    const allowed = placeholders.map((one) => `{${one}}`).join(', ')
    return unknown && fault(part, `must not hold ${unknown[0]}: there is ${allowed}`)
  })
  const missing = needed.find((one) => !message.text.includes(`{${one}}`))
  return resultOf(message, [
    emptyFault('title', message.title) ??
      lineFault('title', message.title, 200) ??
      turningFault('title', message.title),
    emptyFault('text', message.text) ??
      textFault('text', message.text, 4000) ??
      turningFault('text', message.text),
    ...faults,
    missing === undefined
      ? undefined
      : fault('text', `must hold {${missing}}, without which it is of no use`),
  ])
}

const example = {
  ...{ shop: 'https://shop.example.com', where: 'https://shop.example.com', account: 'Corner Phones' },
  ...{ link: 'https://shop.example.com/portal/…', until: '2026-11-30 10:00 UTC', at: '2026-11-30 09:30 UTC' },
  ...{ why: 'Shops only', device: 'Chrome on Android', address: '203.0.113.9', name: 'Corner Phones' },
  ...{ available: '$23.40', mark: '$50.00', host: 'shop.example', since: '2026-11-28 14:03 UTC' },
  ...{ total: '$1.35', amount: '$51.00', count: '3', id: '10423', reference: 'FT26329ABCD' },
  ...{ reason: 'the bank shows no such payment', lines: '10423 Blacklist check 490154203237518: $0.12' },
}
