import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { invalid, orThrow, type Result } from '../lib/fault.ts'
import type { AccountPersonId } from '../lib/ids.ts'
import { because } from '../reasons.ts'
import { findFirstOf, type SendingDeps, sendTest } from './channels.ts'
import { type EventName, eventsOf, mailedByDefault } from './events.ts'
import { keepReads } from './news.sql.ts'
import { selectOwnChoice, updateOwnChoice } from './readers.sql.ts'
import { readAddress } from './subscriptions.ts'

/** OwnWay is one way by which a person is told. */
interface OwnWay {
  /** `isPossible`, false: the operator has no channel of this kind. */
  isPossible: boolean
  /** `address`, null: none was given. */
  address: string | null
  chosen: EventName[]
}

/** OwnNotices are the events of its account that a person is told of, of all that there are, by each way. */
export interface OwnNotices {
  all: EventName[]
  email: OwnWay
  telegram: OwnWay
}

/** `ownNotices` throws not_found. */
export async function ownNotices(sql: Queryable, person: AccountPersonId): Promise<OwnNotices> {
  const choice = await selectOwnChoice(sql, person)
  if (!choice) throw new Refusal('not_found', `there is no person ${person}`, 'id')
  const { email, mailed, chat, chatted, subscribed, isSubscribedToAll, kinds } = choice
  const all = eventsOf('account')
  const unsaid = isSubscribedToAll ? all : [...mailedByDefault, ...(subscribed ?? [])]
  const chosen = mailed ?? unsaid
  return {
    all,
    email: {
      isPossible: kinds.includes('email'),
      address: email,
      chosen: all.filter((name) => chosen.includes(name)),
    },
    telegram: {
      isPossible: kinds.includes('telegram'),
      address: chat,
      chosen: all.filter((name) => chatted.includes(name)),
    },
  }
}

/** OwnNoticesForm has what is to change. `chat`, null: be told in no chat any more. */
export interface OwnNoticesForm {
  email?: readonly EventName[] | undefined
  telegram?: readonly EventName[] | undefined
  chat?: string | null | undefined
}

/** `setOwnNotices` has a person told of these events and no others. Throws invalid_input that names the field at fault. */
export async function setOwnNotices(
  sql: Sql,
  person: AccountPersonId,
  { email, telegram, chat: given }: OwnNoticesForm,
): Promise<OwnNotices> {
  const chat = given == null ? given : orThrow(readOwnChat(given))
  return await sql.begin(async (transaction) => {
    await updateOwnChoice(transaction, person, {
      ...(email && { mailed: [...new Set(email)] }),
      ...(telegram && { chatted: [...new Set(telegram)] }),
      ...(chat !== undefined && { chat }),
    })
    const now = await ownNotices(transaction, person)
    if (now.telegram.chosen.length > 0 && now.telegram.address === null)
      throw because('invalid_input', 'telegram_chat', {}, 'telegram')
    await keepReads(transaction)
    return now
  })
}

/** `readOwnChat` takes the id of a chat of one person with the bot: in groups and channels, where others read it, only the operator has the bot write. */
function readOwnChat(given: string): Result<string> {
  const chat = readAddress('telegram', given)
  return chat.ok && !/^\d+$/.test(chat.value)
    ? invalid(
        'telegram',
        'must be the number of your own chat with the bot: groups and channels are told by the shop',
      )
    : chat
}

/** `sendOwnTest` sends a message to the person's chat, and gives why it may not have arrived; null: it has. Throws conflict where there is no chat. */
export async function sendOwnTest(deps: SendingDeps, person: AccountPersonId): Promise<string | null> {
  const { telegram } = await ownNotices(deps.sql, person)
  const channel = await findFirstOf(deps.sql, 'telegram')
  if (!channel || telegram.address === null) throw because('conflict', 'no_chat', {})
  return await sendTest(deps, channel.id, telegram.address, { isOfShop: true })
}
