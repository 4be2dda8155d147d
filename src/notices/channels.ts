import { randomUUID } from 'node:crypto'
import { readSigned } from '../brand/shown-brand.ts'
import { isTemporary } from '../database/connection-loss.ts'
import type { Queryable, Sql, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { Channel, SentMessage } from '../integrations/channels/channel.ts'
import { channelKinds } from '../integrations/channels/index.ts'
import { Credentials } from '../integrations/kit/credentials.ts'
import {
  type FieldsForm,
  type IntegrationContext,
  nowhere,
  readSecrets,
  readSettings,
} from '../integrations/kit/kind.ts'
import { readValues } from '../lib/attributes.ts'
import { both, orThrow } from '../lib/fault.ts'
import type { NoticeChannelId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { checkVersion, versionOfNoun } from '../lib/version.ts'
import { because } from '../reasons.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { type ChannelView, channelAttributes } from './channel-attributes.ts'
import {
  type ChannelRow,
  deleteChannel,
  insertChannel,
  lockChannel,
  selectChannel,
  selectChannelNamed,
  selectChannels,
  updateChannelRow,
} from './channels.sql.ts'

/** `credentials` seals secrets for the owner `notice channel <id>`. */
const credentials = new Credentials(channelKinds)

/** ChannelDeps is what it takes to keep channels. The sealer is opened once there are secrets: an installation without any needs no key. */
export interface ChannelDeps {
  sql: Sql
  sealer: () => Promise<Sealer>
}

/** `createChannel` throws invalid_input that names the value at fault, or conflict when the name is taken. */
export async function createChannel(
  { sql, sealer }: ChannelDeps,
  { kind: named, name: called, settings, secrets }: FieldsForm & { kind: string; name: string },
  clock: Clock,
): Promise<ChannelView> {
  const kind = channelKinds.get(named)
  const now = clock.now()
  const { name = called } = readValues({ name: channelAttributes.name }, { name: called })
  const [read] = orThrow(both(readSettings(kind, settings), readSecrets(kind, secrets)))
  const row = { name, kind: kind.kind, settings: read, createdAt: now, updatedAt: now }
  return await sql.begin(async (transaction) => {
    const id = await insertChannel(transaction, row)
    if (id === undefined) throw because('conflict', 'channel_taken', { name }, 'name')
    const added = { ...row, id, secrets: null }
    const sealed = await credentials.change(added, secrets, sealer, () => selectChannels(transaction))
    await updateChannelRow(transaction, id, { ...sealed, updatedAt: now })
    return await written(transaction, id, sealer)
  })
}

/** `updateChannel` throws not_found, version_conflict, or invalid_input that names the value at fault. Kind and name stay. */
export async function updateChannel(
  { sql, sealer }: ChannelDeps,
  name: string,
  { settings, secrets }: FieldsForm,
  clock: Clock,
  seen?: string,
): Promise<ChannelView> {
  return await sql.begin(async (transaction) => {
    const { id } = await findChannel(transaction, name)
    const row = (await lockChannel(transaction, id)) as ChannelRow
    checkVersion(seen, channelVersion(await viewOf(row, sealer)))
    const kind = channelKinds.get(row.kind)
    const merged = orThrow(readSettings(kind, settings, row.settings))
    const sealed = await credentials.change(row, secrets, sealer)
    await updateChannelRow(transaction, id, { settings: merged, ...sealed, updatedAt: clock.now() })
    return await written(transaction, id, sealer)
  })
}

/** `removeChannel` throws not_found, or conflict while somebody is told by the channel. */
export async function removeChannel(sql: Queryable, name: string): Promise<NoticeChannelId> {
  const { id } = await findChannel(sql, name)
  if (await deleteChannel(sql, id)) return id
  throw because('conflict', 'channel_in_use', { name }, 'name')
}

/** `findChannel` throws not_found. */
export async function findChannel(sql: Queryable, name: string): Promise<ChannelRow> {
  const row = await selectChannelNamed(sql, name)
  if (!row) throw new Refusal('not_found', `there is no channel ${JSON.stringify(name)}`, 'channel')
  return row
}

/** `chooseChannel` finds the channel of a kind, by name where there are several. Throws not_found or invalid_input. */
export async function chooseChannel(
  sql: Queryable,
  kind: string,
  name: string | undefined,
): Promise<ChannelRow> {
  const all = name === undefined ? await selectChannels(sql) : [await findChannel(sql, name)]
  const [channel, second] = all.filter((one) => one.kind === kind)
  if (channel && !second) return channel
  const message = second
    ? `there are several channels of kind ${kind}: say by which, with --channel`
    : name === undefined
      ? `there is no channel of kind ${kind}: imeigate notify channel add --kind ${kind}`
      : `${name} is no channel of kind ${kind}`
  throw new Refusal('invalid_input', message, second || name !== undefined ? 'channel' : kind)
}

/** `findFirstOf` gives the oldest channel of a kind; undefined: there is none. */
export const findFirstOf = async (sql: Queryable, kind: string): Promise<ChannelRow | undefined> =>
  (await selectChannels(sql)).find((one) => one.kind === kind)

/** `listChannels` lists channels by id. */
export async function listChannels({ sql, sealer }: ChannelDeps): Promise<ChannelView[]> {
  const rows = await selectChannels(sql)
  return await Promise.all(rows.map((row) => viewOf(row, sealer)))
}

/** `showChannel` throws not_found. */
export const showChannel = async ({ sql, sealer }: ChannelDeps, name: string): Promise<ChannelView> =>
  await viewOf(await findChannel(sql, name), sealer)

/** `channelVersion` names how a channel stands, but for its secrets. */
export const channelVersion = (view: ChannelView): string =>
  versionOfNoun(channelAttributes, view, view.settings)

/** SendingDeps is what it takes to send by channels. */
export interface SendingDeps extends ChannelDeps {
  context: IntegrationContext
}

/**
 * `sendBy` sends by a channel as it is now. A message to a reseller is the shop's (`isOfShop`): it begins with its name, and ends with where it is
 * reached; one to the staff is the program's. It throws an Error, in which no secret stands, that says why the message may not have
 * arrived.
 */
export async function sendBy(
  { sql, sealer, context }: SendingDeps,
  id: NoticeChannelId,
  address: string,
  message: SentMessage,
  { isOfShop = false }: { isOfShop?: boolean } = {},
): Promise<void> {
  const row = await selectChannel(sql, id)
  if (!row) throw new Refusal('not_found', `there is no channel ${id}`, 'channel')
  const channel = connect(row, row.secrets ? await sealer() : undefined, context)
  const shop = isOfShop ? await readSigned(sql) : undefined
  const contacts = shop?.contacts.map(({ text }) => text).join(' · ')
  await channel.send(address, {
    ...message,
    title: `${shop?.name ?? 'imeigate'}: ${message.title}`,
    text: contacts ? `${message.text}\n\n${contacts}` : message.text,
  })
}

/** `sendTest` tells a person that notices arrive, and gives why that message may not have arrived; null: it has. Throws not_found. */
export async function sendTest(
  deps: SendingDeps,
  id: NoticeChannelId,
  address: string,
  { isOfShop = false }: { isOfShop?: boolean } = {},
): Promise<string | null> {
  const message = {
    id: randomUUID(),
    event: 'test',
    title: 'a test',
    text: 'Notices to you arrive: there is nothing to do.',
  }
  try {
    await sendBy(deps, id, address, message, { isOfShop })
    return null
  } catch (error) {
    if (error instanceof Refusal || isTemporary(error)) throw error
    return (error as Error).message
  }
}

const connect = (row: ChannelRow, sealer: Sealer | undefined, context: IntegrationContext): Channel =>
  channelKinds.get(row.kind).connect(credentials.open(row, sealer), context)

/** `written` gives the view of what was written. Throws invalid_input when no channel can be made of it. */
async function written(
  transaction: Transaction,
  id: NoticeChannelId,
  sealer: () => Promise<Sealer>,
): Promise<ChannelView> {
  const row = (await selectChannel(transaction, id)) as ChannelRow
  connect(row, row.secrets ? await sealer() : undefined, nowhere)
  return await viewOf(row, sealer)
}

const viewOf = async (row: ChannelRow, sealer: () => Promise<Sealer>): Promise<ChannelView> => ({
  ...row,
  ...credentials.show(row, row.secrets ? await sealer() : undefined),
})
