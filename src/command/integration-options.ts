import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Option } from 'commander'
import { Refusal } from '../errors.ts'
import type { IntegrationKind } from '../integrations/kit/kind.ts'
import type { Registry } from '../integrations/kit/registry.ts'

/** FieldOption is the command-line option of a field that one or several kinds have. */
export interface FieldOption {
  name: string
  secret: boolean
  option: Option
}

/** `fieldOptions` makes an option of every field that has a flag. */
export function fieldOptions({ kinds }: Registry<IntegrationKind>): FieldOption[] {
  const all = kinds.flatMap(({ kind, fields }) =>
    Object.entries(fields).flatMap(([name, { flag, secret, label, help }]) =>
      flag === undefined ? [] : [{ name, flag, secret, help: `${label}: ${help} (${kind})` }],
    ),
  )
  return [...Map.groupBy(all, ({ name }) => name)].map(([name, same]) => {
    const { flag, secret } = same[0] as (typeof same)[number]
    const help = same.map((one) => one.help).join('; ')
    return { name, secret, option: new Option(flag, secret ? `${help}; - reads it from stdin` : help) }
  })
}

/** `givenFields` gives what the options say of fields; an empty text takes a setting back to its default. */
export async function givenFields(options: FieldOption[], given: Record<string, unknown>) {
  const settings = givenSettings(options, given).map(([name, value]) => [name, value === '' ? null : value])
  return {
    settings: settings.length > 0 ? (Object.fromEntries(settings) as Record<string, unknown>) : undefined,
    secrets: await givenSecrets(options, given),
  }
}

/** `givenSettings` gives what the options say of fields that are not secret. */
export function givenSettings(options: FieldOption[], given: Record<string, unknown>): [string, unknown][] {
  return options.flatMap(({ name, secret, option }) => {
    const value = secret ? undefined : given[option.attributeName()]
    return value === undefined ? [] : [[name, value] as [string, unknown]]
  })
}

/** `givenSecrets` gives the secrets that the options say; it reads those that are `-` from stdin, a line each. */
export async function givenSecrets(
  options: FieldOption[],
  given: Record<string, unknown>,
): Promise<Record<string, string> | undefined> {
  const read = options.flatMap(({ name, secret, option }) => {
    const value = given[option.attributeName()]
    return secret && typeof value === 'string' ? [[name, value] as [string, string]] : []
  })
  const names = read.filter(([, value]) => value === '-').map(([name]) => name)
  const lines = names.length > 0 ? await readLines(names) : new Map<string, string>()
  return read.length > 0
    ? Object.fromEntries(read.map(([name, value]) => [name, lines.get(name) ?? value]))
    : undefined
}

/** `fieldPairs` writes settings and secrets for people; of a secret it says only whether it is set. */
export const fieldPairs = ({
  settings,
  secrets,
}: {
  settings: Record<string, unknown>
  secrets: Record<string, boolean> | null
}): [string, string][] => [
  ...Object.entries(settings).map(([name, value]): [string, string] => [name, textOf(value)]),
  ...secretPairs(secrets),
]

/** `secretPairs` takes null for secrets that were sealed with another key. */
export const secretPairs = (secrets: Record<string, boolean> | null): [string, string][] =>
  secrets
    ? Object.entries(secrets).map(([name, isSet]) => [name, isSet ? 'set' : 'not set'])
    : [['secrets', 'sealed with another secret key']]

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const text = JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 100)}...` : text
}

/** `readLines` reads a line of stdin for each name. It does not show what is typed on a terminal. */
export async function readLines(names: string[]): Promise<Map<string, string>> {
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
