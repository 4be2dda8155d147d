import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { Refusal } from '../errors.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import type { SupplierInput } from '../suppliers/suppliers.ts'
import { fieldOptions, givenSecrets, givenSettings, kindReader } from './integration-options.ts'

/** `options` has the fields that have an option of their own; the others are given by --setting. */
const options = fieldOptions(supplierKinds, ({ flag }) => flag === true)

interface Given {
  kind?: string
  name?: string
  url?: string
  currency?: string
  concurrency?: number
  /** An empty text: no limit. */
  rate?: number | ''
  showReasons?: boolean
  hideReasons?: boolean
  setting?: [name: string, value: unknown][]
  [option: string]: unknown
}

export function addSupplierOptions(command: Command, { isNew = false } = {}): Command {
  if (isNew) {
    const kind = new Option(
      '--kind <kind>',
      `how it is spoken to: ${supplierKinds.names.join(', ')}`,
    ).argParser(kindReader(supplierKinds))
    command.addOption(kind.makeOptionMandatory())
  }
  command
    .addOption(new Option('--name <text>', 'what you call it').makeOptionMandatory(isNew))
    .option('--url <url>', 'where it is')
    .option('--currency <code>', 'of its costs and of our balance there; USD when left out')
    .option('--concurrency <count>', 'calls under way at a time, in each process; 8 when left out', count)
    .option('--rate <count>', 'calls begun in a second, in each process; "" for no limit', countOrNone)
    .addOption(
      new Option('--show-reasons', 'resellers read its words for a refusal').conflicts('hideReasons'),
    )
  if (!isNew) command.option('--hide-reasons', "resellers read the service's words for a refusal")
  for (const { option } of options) command.option(option.flags, option.description)
  return command.option(
    '--setting <name=value>',
    'any setting of its kind; may be given several times; without a value: back to the default',
    (text, others: [string, unknown][] = []) => [...others, readSetting(text)],
  )
}

/** `readSupplierOptions` gives what the options say of a supplier; it reads secrets from stdin and a template from its file, where asked to. */
export async function readSupplierOptions(given: Given): Promise<SupplierInput> {
  const set = new Map([...givenSettings(options, given), ...(given.setting ?? [])])
  const template = set.get('template')
  if (typeof template === 'string' && template.endsWith('.json'))
    set.set('template', await readJson(template))
  return {
    name: given.name,
    url: given.url,
    currency: given.currency,
    concurrency: given.concurrency,
    ratePerSecond: given.rate === '' ? null : given.rate,
    showsReasons: given.showReasons ?? (given.hideReasons ? false : undefined),
    settings: set.size > 0 ? Object.fromEntries(set) : undefined,
    secrets: await givenSecrets(options, given),
  }
}

const plain = new Set(['kind', 'name', 'url', 'currency', 'concurrency'])

/** `supplierOptionOf` names the option of a field, or the setting. */
export function supplierOptionOf(field: string): string {
  if (field === 'ratePerSecond') return '--rate'
  const option = options.find(({ name }) => name === field)?.option
  return option?.long ?? (plain.has(field) ? `--${field}` : `--setting ${field}`)
}

async function readJson(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Refusal('invalid_input', `cannot read ${file} (${error.code})`, 'template')
  })
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

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('it must be a whole number.')
  return Number(text)
}

const countOrNone = (text: string): number | '' => (text === '' ? '' : count(text))
