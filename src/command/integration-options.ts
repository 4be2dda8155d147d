import { Option } from 'commander'
import type { IntegrationKind } from '../integrations/kit/kind.ts'
import type { Registry } from '../integrations/kit/registry.ts'
import { SecretOption } from './secret-options.ts'

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
    return { name, secret, option: secret ? new SecretOption(flag, help) : new Option(flag, help) }
  })
}

/** `givenFields` gives what the options say of fields; an empty text takes a setting back to its default. */
export function givenFields(options: FieldOption[], given: Record<string, unknown>) {
  const settings = givenSettings(options, given).map(([name, value]) => [name, value === '' ? null : value])
  return {
    settings: settings.length > 0 ? (Object.fromEntries(settings) as Record<string, unknown>) : undefined,
    secrets: givenSecrets(options, given),
  }
}

/** `givenSettings` gives what the options say of fields that are not secret. */
export function givenSettings(options: FieldOption[], given: Record<string, unknown>): [string, unknown][] {
  return options.flatMap(({ name, secret, option }) => {
    const value = secret ? undefined : given[option.attributeName()]
    return value === undefined ? [] : [[name, value] as [string, unknown]]
  })
}

/** `givenSecrets` gives the secrets that the options say. */
export function givenSecrets(
  options: FieldOption[],
  given: Record<string, unknown>,
): Record<string, string> | undefined {
  const read = options.flatMap(({ name, secret, option }) => {
    const value = given[option.attributeName()]
    return secret && typeof value === 'string' ? [[name, value] as [string, string]] : []
  })
  return read.length > 0 ? Object.fromEntries(read) : undefined
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
