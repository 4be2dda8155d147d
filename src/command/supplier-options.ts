import { type Command, InvalidArgumentError } from 'commander'
import { Refusal } from '../errors.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import { type SupplierForm, supplierAttributes } from '../suppliers/attributes.ts'
import { addOptions, formOf, withAttributeNames } from './attribute-options.ts'
import { readBytes } from './input.ts'
import { fieldOptions, givenSecrets, givenSettings } from './integration-options.ts'

/** `options` has the fields that have an option of their own; the others are given by --setting. */
const options = fieldOptions(supplierKinds)

export function addSupplierOptions(command: Command, use: 'create' | 'change'): Command {
  addOptions(command, supplierAttributes, use)
  for (const { option } of options) command.addOption(option)
  return command.option(
    '--setting <name=value>',
    'any setting of its kind; may be given several times; without a value: back to the default',
    (text, others: [string, unknown][] = []) => [...others, readSetting(text)],
  )
}

/** `readSupplierOptions` gives what the options say of a supplier; it reads a template from its file, where asked to. */
export async function readSupplierOptions(given: Record<string, unknown>): Promise<SupplierForm> {
  const byOption = (given['setting'] ?? []) as [name: string, value: unknown][]
  const set = new Map([...givenSettings(options, given), ...byOption])
  const template = set.get('template')
  if (typeof template === 'string' && template.endsWith('.json'))
    set.set('template', await readJson(template))
  return {
    ...formOf(supplierAttributes, given),
    settings: set.size > 0 ? Object.fromEntries(set) : undefined,
    secrets: givenSecrets(options, given),
  }
}

/** `withSupplierNames` says what was refused with the options' names, or those of the settings. */
export const withSupplierNames = <T>(work: () => Promise<T>): Promise<T> =>
  withAttributeNames(supplierAttributes, work, (field) => {
    const option = options.find(({ name }) => name === field)?.option
    return option?.long ?? `--setting ${field}`
  })

async function readJson(file: string): Promise<unknown> {
  const text = (await readBytes(file, 'template')).toString()
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw new Refusal('invalid_input', `${file} is not JSON: ${(error as Error).message}`, 'template')
  }
}

/** `readSetting`: a value that looks like a JSON array or object is one; every other is a text. */
function readSetting(text: string): [name: string, value: unknown] {
  const [, name, value = ''] = /^([a-z][a-z0-9_]*)=(.*)$/s.exec(text) ?? []
  if (name === undefined) throw new InvalidArgumentError('it must be name=value.')
  if (value === '') return [name, null]
  if (!/^\s*[[{]/.test(value)) return [name, value]
  try {
    return [name, JSON.parse(value)]
  } catch (error) {
    throw new InvalidArgumentError(`${name} is not JSON: ${(error as Error).message}.`)
  }
}
