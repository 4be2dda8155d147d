import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { Refusal } from '../errors.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import { supplierKindNames } from '../integrations/suppliers/supplier.ts'
import type { SupplierInput } from '../suppliers/suppliers.ts'

/** Settings that have an option of their own; the others are given by --setting. */
const settings: [name: string, option: Option][] = [
  ['username', new Option('--username <text>', 'who we are there (dhru)')],
  ['bulk', new Option('--bulk <rows>', 'how many items one request orders (dhru); 0: one by one')],
  [
    'refuses_duplicates',
    new Option('--refuses-duplicates', 'it refuses the same input for the same service, for ever (dhru)'),
  ],
  [
    'template',
    new Option(
      '--template <name or file.json>',
      'how it is asked (http): one of ours, or a file of your own',
    ),
  ],
]

/** Every secret of every kind. */
const secrets: [name: string, option: Option][] = [
  ...Map.groupBy(
    supplierKindNames.flatMap((kind) => Object.keys(supplierKinds[kind].secrets).map((name) => ({ kind, name }))),
    ({ name }) => name,
  ),
].map(([name, kinds]) => {
  const flag = `--${name.replaceAll('_', '-')} <secret or ->`
  return [
    name,
    new Option(flag, `secret (${kinds.map(({ kind }) => kind).join(', ')}); - reads it from stdin`),
  ]
})

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
    const kind = new Option('--kind <kind>', 'how it is spoken to').choices([...supplierKindNames])
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
  for (const [, { flags, description }] of [...settings, ...secrets]) command.option(flags, description)
  return command.option(
    '--setting <name=value>',
    'any setting of its kind; may be given several times; without a value: back to the default',
    (text, others: [string, unknown][] = []) => [...others, readSetting(text)],
  )
}

/** What the options say of a supplier; reads secrets from stdin and a template from its file, where asked to. */
export async function readSupplierOptions(given: Given): Promise<SupplierInput> {
  const own = settings.flatMap(([name, option]) => {
    const value = given[option.attributeName()]
    return value === undefined ? [] : [[name, value] as [string, unknown]]
  })
  const set = new Map([...own, ...(given.setting ?? [])])
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
    secrets: await readSecrets(given),
  }
}

/** Says what was refused with the option's name in place of the value's. */
export async function withSupplierOptionNames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) || error.field === undefined) throw error
    const { code, field, detail } = error
    const prefix = `${field}: `
    if (!detail?.startsWith(prefix)) throw error
    const option = optionOf(field)
    const name = option.replace(/^--(setting )?/, '')
    throw new Refusal(code, `${option} ${detail.slice(prefix.length)}`, name)
  }
}

const plain = new Set(['kind', 'name', 'url', 'currency', 'concurrency'])

function optionOf(field: string): string {
  if (field === 'ratePerSecond') return '--rate'
  const option = [...settings, ...secrets].find(([name]) => name === field)?.[1]
  return option?.long ?? (plain.has(field) ? `--${field}` : `--setting ${field}`)
}

async function readSecrets(given: Given): Promise<Record<string, string> | undefined> {
  const read = secrets.flatMap(([name, option]) => {
    const value = given[option.attributeName()]
    return typeof value === 'string' ? [[name, value] as [string, string]] : []
  })
  const fromStdin = read.filter(([, value]) => value === '-').map(([name]) => name)
  const lines = fromStdin.length > 0 ? await readLines(fromStdin) : new Map<string, string>()
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

/** A value that looks like a JSON array or object is one; every other is a text. */
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
