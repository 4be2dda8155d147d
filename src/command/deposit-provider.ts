import { type Command, Option } from 'commander'
import { formatPercent, parsePercent } from '../deposits/fees.ts'
import type { Provider } from '../deposits/provider.ts'
import type { ProviderInput } from '../deposits/providers.ts'
import { Providers, settingsOf } from '../deposits/providers.ts'
import { Refusal } from '../errors.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { openSealer } from '../secrets/open-sealer.ts'
import { type Connected, withDatabase } from './connection.ts'
import { amountOf } from './input.ts'
import { fieldOptions, givenFields, kindReader } from './integration-options.ts'
import { type Answer, answering, type Cell, keyValues, listed } from './output.ts'
import { warnOf } from './sealing.ts'

type GivenNew = GivenProvider & { kind: string; code: string; currency: string }

/** `registerProviders` adds `deposit provider`: the ways to pay in. */
export function registerProviders(deposit: Command): void {
  const provider = deposit.command('provider').description('the ways to pay in')
  const add = provider
    .command('add')
    .description('a new one; its secrets are kept sealed and are not shown again')
    .addOption(
      new Option('--kind <kind>', `how it is paid: ${gatewayKinds.names.join(', ')}`)
        .argParser(kindReader(gatewayKinds))
        .makeOptionMandatory(),
    )
    .requiredOption('--code <code>', 'what callers name it by, and its hook')
    .requiredOption('--currency <code>', 'only accounts in it see the provider')
  addProviderOptions(add, { isNew: true }).action(answering(addProvider))
  provider.command('list').description('all of them').action(answering(list))
  provider
    .command('show <code>')
    .description('one with its settings')
    .action(
      answering((code: string) =>
        withDatabase(async (connected) => shown(await providersOf(connected).get(code))),
      ),
    )
  addProviderOptions(provider.command('set <code>'))
    .description('change what is given and leave the rest; deposits that have begun keep what they said')
    .action(answering(change))
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

async function addProvider(options: GivenNew): Promise<Answer> {
  const input = await readProviderOptions(options)
  const { kind, code, currency } = options
  return await withDatabase(async (connected) => {
    const provider = await providersOf(connected).create({ ...input, kind, code, currency })
    await warnOf(settingsOf(provider)['url'], connected.config)
    return shown(provider)
  })
}

async function change(code: string, options: GivenProvider): Promise<Answer> {
  const changes = await readProviderOptions(options)
  if (Object.values(changes).every((value) => value === undefined)) {
    throw new Refusal('invalid_input', 'there is nothing to change')
  }
  return await withDatabase(async (connected) => {
    const provider = await providersOf(connected).change(code, changes)
    await warnOf(settingsOf(provider)['url'], connected.config)
    return shown(provider)
  })
}

async function list(): Promise<Answer> {
  const providers = await withDatabase((connected) => providersOf(connected).list())
  return listed(providers, {
    json: providerJson,
    columns: {
      code: ({ code }) => code,
      kind: ({ kind }) => kind,
      name: ({ name }) => name,
      currency: ({ currency }) => currency,
      from: ({ minAmount }) => formatMicros(minAmount),
      to: ({ maxAmount }) => maxAmount && formatMicros(maxAmount),
      fee: feeText,
      state: stateText,
    },
    right: ['from', 'to'],
  })
}

/** `providersOf` opens the sealer only when there are secrets, so that an installation without any needs no key. */
const providersOf = ({ sql, config }: Connected) => new Providers(sql, () => openSealer(config))

const hookOf = ({ kind, code }: Provider): string | null =>
  gatewayKinds.get(kind).connect ? `/hooks/deposits/${code}` : null

const providerJson = (provider: Provider) => ({
  id: provider.id,
  code: provider.code,
  kind: provider.kind,
  name: provider.name,
  currency: provider.currency,
  enabled: provider.enabled,
  min_deposit: formatMicros(provider.minAmount),
  max_deposit: provider.maxAmount === null ? null : formatMicros(provider.maxAmount),
  fee_percent: formatPercent(provider.feePercent),
  fee_flat: formatMicros(provider.feeFlat),
  settings: settingsOf(provider),
  has_secrets: provider.secrets !== null,
  hook: hookOf(provider),
  created_at: provider.createdAt,
  updated_at: provider.updatedAt,
})

function shown(provider: Provider): Answer {
  const { currency } = provider
  const hook = hookOf(provider)
  const text = keyValues([
    ['code', provider.code],
    ['kind', provider.kind],
    ['name', provider.name],
    ['state', stateText(provider)],
    ['from', formatMoney(provider.minAmount, currency)],
    ['to', provider.maxAmount === null ? 'no bound' : formatMoney(provider.maxAmount, currency)],
    ['fee', feeText(provider)],
    ...Object.entries(settingsOf(provider)).map(([name, value]): [string, Cell] => [name, String(value)]),
    hook !== null && ['secrets', provider.secrets === null ? 'missing' : 'set'],
    hook !== null && ['its hook', hook],
  ])
  return { json: providerJson(provider), text }
}

const stateText = ({ enabled }: Provider): string => (enabled ? 'enabled' : 'disabled')

function feeText({ feePercent, feeFlat, currency }: Provider): string {
  const parts = [
    ...(feePercent > 0 ? [`${formatPercent(feePercent)} %`] : []),
    ...(feeFlat > 0n ? [formatMoney(feeFlat, currency)] : []),
  ]
  return parts.join(' + ') || 'none'
}

/** `options` has an option for every field of every kind. */
const options = fieldOptions(gatewayKinds)

type GivenProvider = Record<string, unknown> & {
  name?: string
  min?: string
  max?: string
  feePercent?: string
  feeFlat?: string
}

function addProviderOptions(command: Command, { isNew = false } = {}): Command {
  command
    .addOption(new Option('--name <text>', 'what payers read').makeOptionMandatory(isNew))
    .option('--min <amount>', 'the least that is credited at a time')
    .option('--max <amount>', 'the most; "" for no bound')
    .option('--fee-percent <percent>', 'of what is credited, paid on top of it, for example 2.5')
    .option('--fee-flat <amount>', 'paid on top, too')
  for (const { option } of options) command.addOption(option)
  return command
}

/** `readProviderOptions` gives what the options say of a provider; it reads secrets from stdin where asked to. */
async function readProviderOptions(given: GivenProvider): Promise<ProviderInput> {
  const { min, max, feePercent, feeFlat } = given
  const percent = feePercent === undefined ? undefined : parsePercent(feePercent)
  if (feePercent !== undefined && percent === undefined) {
    const words = `${JSON.stringify(feePercent)} is no percentage such as 2.5, with at most two decimals`
    throw new Refusal('invalid_input', words, 'fee_percent')
  }
  return {
    name: given.name,
    minAmount: min === undefined ? undefined : amountOf(min, 'min'),
    maxAmount: max === undefined ? undefined : max === '' ? null : amountOf(max, 'max'),
    feePercent: percent,
    feeFlat: feeFlat === undefined ? undefined : amountOf(feeFlat, 'fee_flat'),
    ...(await givenFields(options, given)),
  }
}
