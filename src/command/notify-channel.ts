import type { Command } from 'commander'
import { changeBecause } from '../audit/acting.ts'
import { channelKinds } from '../integrations/channels/index.ts'
import { jsonOf, textsOf } from '../lib/attributes.ts'
import { orThrow } from '../lib/fault.ts'
import { systemClock } from '../lib/time.ts'
import { type ChannelView, channelAttributes } from '../notices/channel-attributes.ts'
import {
  createChannel,
  findChannel,
  listChannels,
  removeChannel,
  sendTest,
  showChannel,
  updateChannel,
} from '../notices/channels.ts'
import { readAddress } from '../notices/subscriptions.ts'
import { openSealer } from '../secret-keys/sealing.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { addOptions, someOf, withAttributeNames } from './attribute-options.ts'
import { type Connected, withDatabase } from './connection.ts'
import { fieldOptions, fieldPairs, givenFields, secretPairs } from './integration-options.ts'
import { type Answer, answering, keyValues, listed } from './output.ts'
import { integrationContext } from './sealing.ts'

/** `options` has an option for every field of every kind. */
const options = fieldOptions(channelKinds)

type Given = Record<string, unknown>

/** `registerChannels` adds `notify channel`: the ways to send notices. */
export function registerChannels(notify: Command): void {
  const channel = notify.command('channel').description('the ways to send notices')
  const add = addOptions(channel.command('add'), channelAttributes, 'create').description(
    'a new one; its secrets are kept sealed and are not shown again',
  )
  for (const { option } of options) add.addOption(option)
  add.action(answering(addChannel))
  channel.command('list').description('all of them').action(answering(list))
  channel
    .command('show <name>')
    .description('one with its settings')
    .action(
      answering((name: string) => withDatabase(async (one) => shown(await showChannel(depsOf(one), name)))),
    )
  const update = channel
    .command('update <name>')
    .description('change what is given and leave the rest; what is sent from now on follows')
  for (const { option } of options) update.addOption(option)
  update.action(answering(change))
  channel
    .command('remove <name>')
    .description('send nothing more by it; refused while somebody is told by it')
    .option('--why <text>', 'for the trail')
    .action(answering(remove))
  channel
    .command('test <name>')
    .description('send a message now; exit code 6 when it did not get there')
    .requiredOption('--to <address>', 'to whom, as in notify add')
    .action(answering(test))
}

/** `depsOf` opens the sealer only when there are secrets, so that an installation without any needs no key. */
const depsOf = ({ sql, config }: Connected) => ({ sql, sealer: () => openSealer(sql, new KeyRing(config)) })

/** `sendingDeps` is what it takes to send by channels. */
export const sendingDeps = async (connected: Connected) => ({
  ...depsOf(connected),
  context: await integrationContext(connected.sql, connected.config),
})

async function addChannel({
  kind,
  name = kind,
  ...given
}: Given & { kind: string; name?: string }): Promise<Answer> {
  const fields = givenFields(options, given)
  return await withChannelNames(() =>
    withDatabase(async (connected) =>
      shown(await createChannel(depsOf(connected), { kind, name, ...fields }, systemClock)),
    ),
  )
}

async function change(name: string, given: Given): Promise<Answer> {
  const fields = someOf(givenFields(options, given))
  return await withDatabase(async (connected) =>
    shown(await updateChannel(depsOf(connected), name, fields, systemClock)),
  )
}

async function list(): Promise<Answer> {
  const channels = await withDatabase((connected) => listChannels(depsOf(connected)))
  return listed(channels, {
    json: channelJson,
    columns: { name: ({ name }) => name, kind: ({ kind }) => kind, secrets: secretsText },
    none: 'no channels: imeigate notify channel add makes one',
  })
}

async function remove(name: string, { why }: { why?: string }): Promise<Answer> {
  const id = await withDatabase(({ sql }) => changeBecause(sql, why, (change) => removeChannel(change, name)))
  return { json: { id, name }, text: `nothing more is sent by ${name}` }
}

async function test(name: string, { to }: { to: string }): Promise<Answer> {
  return await withDatabase(async (connected) => {
    const { id, kind } = await findChannel(connected.sql, name)
    const address = orThrow(readAddress(kind, to))
    const sent = sendTest(await sendingDeps(connected), id, address)
    return await deliveryAnswer(sent, { id, name, address })
  })
}

/** `deliveryAnswer` says whether a message got there: where it did not, the command did its work all the same. */
export async function deliveryAnswer<Of extends { address: string }>(
  sent: Promise<string | null>,
  of: Of,
): Promise<Answer> {
  const problem = await sent
  const text = problem === null ? `sent to ${of.address}` : `not sent to ${of.address}: ${problem}`
  return { json: { ...of, sent: problem === null, problem }, text, bad: problem !== null }
}

/** `withChannelNames` says what was refused with the options' names; a field of a kind is named as `--json` does. */
const withChannelNames = (work: () => Promise<Answer>): Promise<Answer> =>
  withAttributeNames(channelAttributes, work, (field) => field)

const channelJson = (channel: ChannelView) => jsonOf(channelAttributes, channel)

const shown = (channel: ChannelView): Answer => ({
  json: channelJson(channel),
  text: keyValues([...textsOf(channelAttributes, channel), ...fieldPairs(channel)]),
})

const secretsText = (channel: ChannelView): string =>
  secretPairs(channel.secrets)
    .map(([name, state]) => `${name} ${state}`)
    .join(', ')
