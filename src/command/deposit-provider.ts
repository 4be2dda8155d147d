import type { Command } from 'commander'
import type { Provider } from '../deposits/provider.ts'
import { type ProviderForm, providerAttributes } from '../deposits/provider-attributes.ts'
import type { ProviderTest } from '../deposits/provider-test.ts'
import { Providers, settingsOf, viewOf } from '../deposits/providers.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { jsonOf, textsOf } from '../lib/attributes.ts'
import { openSealer } from '../secret-keys/sealing.ts'
import { KeyRing } from '../secrets/key-ring.ts'
import { addOptions, formOf, someOf, withAttributeNames } from './attribute-options.ts'
import { type Connected, withDatabase } from './connection.ts'
import { fieldOptions, givenFields } from './integration-options.ts'
import { type Answer, answering, type Cell, keyValues, nounsAnswer } from './output.ts'
import { warnOf, withSuppliers } from './sealing.ts'

type Options = Record<string, unknown>

/** `registerProviders` adds `deposit provider`: the ways to pay in. */
export function registerProviders(deposit: Command): void {
  const provider = deposit.command('provider').description('the ways to pay in')
  addProviderOptions(provider.command('add'), 'create')
    .description('a new one; its secrets are kept sealed and are not shown again')
    .action(answering(addProvider))
  provider.command('list').description('all of them').action(answering(list))
  provider
    .command('show <code>')
    .description('one with its settings')
    .action(
      answering((code: string) =>
        withDatabase(async (connected) => shown(await providersOf(connected).get(code))),
      ),
    )
  addProviderOptions(provider.command('set <code>'), 'change')
    .description('change what is given and leave the rest; deposits that have begun keep what they said')
    .action(answering(change))
  provider
    .command('test <code>')
    .description('ask its payment service what begins no payment, to see that the key is right')
    .action(answering(test))
  for (const [verb, description] of [
    ['disable', 'begin no deposit with it; those that have begun are finished'],
    ['enable', 'show it to accounts again'],
  ] as const) {
    provider
      .command(verb)
      .description(description)
      .argument('<code>')
      .action(
        answering((code: string) =>
          withDatabase(async (connected) =>
            shown(await providersOf(connected).change(code, { enabled: verb === 'enable' })),
          ),
        ),
      )
  }
}

const addProvider = (options: Options): Promise<Answer> =>
  withProviderNames(async () => {
    const form = (await readProviderOptions(options)) as Parameters<Providers['create']>[0]
    return await withDatabase(async (connected) => {
      const provider = await providersOf(connected).create(form)
      await warnOf(settingsOf(provider)['url'], connected.config)
      return shown(provider)
    })
  })

const change = (code: string, options: Options): Promise<Answer> =>
  withProviderNames(async () => {
    const changes = someOf(await readProviderOptions(options))
    return await withDatabase(async (connected) => {
      const provider = await providersOf(connected).change(code, changes)
      await warnOf(settingsOf(provider)['url'], connected.config)
      return shown(provider)
    })
  })

async function list(): Promise<Answer> {
  const providers = await withDatabase((connected) => providersOf(connected).list())
  const { text } = nounsAnswer(
    providerAttributes,
    ['code', 'kind', 'name', 'currency', 'minAmount', 'maxAmount', 'feePercent', 'enabled'],
    providers,
    'no deposit providers: imeigate deposit provider add makes one',
  )
  return { json: providers.map(providerJson), text }
}

const test = (code: string): Promise<Answer> =>
  withSuppliers(async ({ sql, sealer, context }) => {
    const { isWell, testProvider } = await import('../deposits/provider-test.ts')
    const tested = await testProvider({ sql, sealer: async () => sealer, context }, code)
    const { isPractice, milliseconds, unproved, ...rest } = tested
    const { code: asked, name, finding, detail } = rest
    return {
      json: { ...rest, is_practice: isPractice, unproved, milliseconds, ok: isWell(tested) },
      text: keyValues([
        ['code', asked],
        ['name', name],
        ['finding', FINDINGS[finding]],
        detail !== null && ['said', detail],
        isPractice && ['key', 'for trying: no real money comes by it'],
        unproved.length > 0 && ['not proved', unproved.join(', ')],
        milliseconds !== null && ['took', `${milliseconds} ms`],
      ]),
      bad: !isWell(tested),
    }
  })

const FINDINGS: Record<ProviderTest['finding'], string> = {
  works: 'it works: the payment service knows the key',
  key_refused: 'the payment service refuses the key',
  refused: 'the payment service refuses the question',
  no_answer: 'no usable answer from the payment service',
  not_theirs: 'what answers at the address is no such payment service',
  unusable: 'its settings or secrets cannot be used',
  nobody_asked: 'there is no payment service to ask: people or transfers say that the money is there',
}

/** `providersOf` opens the sealer only when there are secrets, so that an installation without any needs no key. */
const providersOf = ({ sql, config }: Connected) =>
  new Providers(sql, () => openSealer(sql, new KeyRing(config)))

/** `settingsAndProvider` throws not_found. */
export async function settingsAndProvider(connected: Connected, code: string) {
  const provider = await providersOf(connected).get(code)
  return { provider, settings: settingsOf(provider) }
}

/** `providerJson` names the bounds as the REST API does. */
function providerJson(provider: Provider): unknown {
  const { min_amount, max_amount, ...json } = jsonOf(providerAttributes, viewOf(provider))
  return { ...json, min_deposit: min_amount, max_deposit: max_amount }
}

function shown(provider: Provider): Answer {
  const view = viewOf(provider)
  const text = keyValues([
    ...textsOf(providerAttributes, view),
    ...Object.entries(view.settings).map(([name, value]): [string, Cell] => [name, textOf(value)]),
    view.hook !== null && ['secrets', view.hasSecrets ? 'set' : 'missing'],
    view.hook !== null && ['its hook', view.hook],
  ])
  return { json: providerJson(provider), text }
}

/** `textOf` writes a setting for people. */
const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))

/** `options` has an option for every field of every kind. */
const options = fieldOptions(gatewayKinds)

function addProviderOptions(command: Command, use: 'create' | 'change'): Command {
  addOptions(command, providerAttributes, use)
  for (const { option } of options) command.addOption(option)
  return command
}

/** `readProviderOptions` gives what the options say of a provider. */
const readProviderOptions = (given: Options): ProviderForm => ({
  ...formOf(providerAttributes, given),
  ...givenFields(options, given),
})

/** `withProviderNames` says what was refused with the options' names; a field of a kind is named as `--json` does. */
const withProviderNames = (work: () => Promise<Answer>): Promise<Answer> =>
  withAttributeNames(providerAttributes, work, (field) => field)
