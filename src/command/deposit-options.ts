import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { type Command, Option } from 'commander'
import { parsePercent } from '../deposits/fees.ts'
import { kinds } from '../integrations/gateways/index.ts'
import { providerKinds } from '../deposits/provider.ts'
import type { ProviderInput } from '../deposits/providers.ts'
import { Refusal } from '../errors.ts'
import { amountOf } from './input.ts'

/** Every setting, and every secret, of every kind: an option each. */
const settings = providerKinds.flatMap((kind) =>
  Object.entries(kinds[kind].settings.properties).map(([name, schema]) => {
    const { description = '' } = schema as { description?: string }
    return { name, option: new Option(`${flagOf(name)} <text>`, `${description} (${kind})`) }
  }),
)
const secrets = providerKinds.flatMap((kind) =>
  Object.entries(kinds[kind].secrets).map(([name, description]) => ({
    name,
    option: new Option(`${flagOf(name)} <secret or ->`, `${description} (${kind}); - reads it from stdin`),
  })),
)

export type GivenProvider = Record<string, unknown> & {
  name?: string
  min?: string
  max?: string
  feePercent?: string
  feeFlat?: string
}

export function addProviderOptions(command: Command, { isNew = false } = {}): Command {
  command
    .addOption(new Option('--name <text>', 'what payers read').makeOptionMandatory(isNew))
    .option('--min <amount>', 'the least that is credited at a time')
    .option('--max <amount>', 'the most; "" for no bound')
    .option('--fee-percent <percent>', 'of what is credited, paid on top of it, for example 2.5')
    .option('--fee-flat <amount>', 'paid on top, too')
  for (const { option } of [...settings, ...secrets]) command.addOption(option)
  return command
}

/** What the options say of a provider; reads secrets from stdin where asked to. */
export async function readProviderOptions(given: GivenProvider): Promise<ProviderInput> {
  const set = settings.flatMap(({ name, option }) => {
    const value = given[option.attributeName()]
    return value === undefined ? [] : [[name, value === '' ? null : value] as const]
  })
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
    settings: set.length > 0 ? Object.fromEntries(set) : undefined,
    secrets: await readSecrets(given),
  }
}

async function readSecrets(given: GivenProvider): Promise<Record<string, string> | undefined> {
  const read = secrets.flatMap(({ name, option }) => {
    const value = given[option.attributeName()]
    return typeof value === 'string' ? [[name, value] as [string, string]] : []
  })
  const names = read.filter(([, value]) => value === '-').map(([name]) => name)
  const lines = names.length > 0 ? await readLines(names) : new Map<string, string>()
  return read.length > 0
    ? Object.fromEntries(read.map(([name, value]) => [name, lines.get(name) ?? value]))
    : undefined
}

/** A line of stdin for each name. What is typed on a terminal is not shown. */
async function readLines(names: string[]): Promise<Map<string, string>> {
  const isTerminal = process.stdin.isTTY === true
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output, terminal: isTerminal })
  const iterator = lines[Symbol.asyncIterator]()
  const read = new Map<string, string>()
  for (const name of names) {
    if (isTerminal) process.stderr.write(`${name}: `)
    const { value, done } = await iterator.next()
    if (isTerminal) process.stderr.write('\n')
    if (done || value.trim() === '') throw new Refusal('invalid_input', `stdin has no line for ${name}`, name)
    read.set(name, value.trim())
  }
  lines.close()
  return read
}

function flagOf(name: string): string {
  return `--${name.replaceAll('_', '-')}`
}
