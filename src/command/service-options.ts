import { type Command, InvalidArgumentError, Option } from 'commander'
import { routings } from '../catalogue/service.ts'
import { type Column, columns, readForm, type ServiceForm } from '../catalogue/service-form.ts'
import type { FieldInput, ServiceInput } from '../catalogue/service-input.ts'
import { Refusal } from '../errors.ts'

/** The options of a service, and the column that each one gives. */
const options: [Column, Option][] = [
  ['code', new Option('--code <code>', 'letters, digits, dots, dashes, underscores; not digits only')],
  ['name', new Option('--name <name>', 'what resellers see')],
  ['group', new Option('--group <heading>', 'the heading of the list that it stands under')],
  ['kind', new Option('--kind <kind>', 'what one item is for').choices(['imei', 'serial', 'server'])],
  [
    'supplier',
    new Option('--supplier <name>', 'the one who does the work, such as sandbox; for more see route add'),
  ],
  ['description', new Option('--description <text>', 'may hold HTML')],
  ['delivery_time', new Option('--delivery-time <text>', 'such as "1-5 Minutes"')],
  [
    'fields',
    new Option(
      '--field <NAME[:text|dropdown][:required][=option|option]>',
      'an extra field of the order form; may be given several times; "" takes all away',
    ).argParser(collect(readField)),
  ],
  [
    'imei_format',
    new Option('--imei-format <format>', 'how IMEIs are checked').choices(['check-digit', 'digits']),
  ],
  [
    'input_schema',
    new Option('--input-schema <JSON>', 'a JSON Schema 2020-12 of your own; "" takes it away'),
  ],
  ['min_quantity', new Option('--min-quantity <count>', 'the smallest quantity (server services)')],
  ['max_quantity', new Option('--max-quantity <count>', 'the largest quantity (server services)')],
  ['opens_at', new Option('--opens <HH:mm>', 'opening time; "" here and in --closes: always open')],
  ['closes_at', new Option('--closes <HH:mm>', 'closing time; not later than --opens: past midnight')],
  ['time_zone', new Option('--time-zone <zone>', 'of the opening hours, such as Asia/Jakarta')],
  [
    'duplicate_policy',
    new Option('--duplicates <policy>', 'what buying the same again does').choices([
      'replay',
      'refuse',
      'allow',
    ]),
  ],
  [
    'replay_window_seconds',
    new Option(
      '--replay-window <seconds>',
      'how long after its placing a successful order answers for the same input',
    ),
  ],
  [
    'processing',
    new Option('--processing <way>', 'by its supplier, or by hand').choices(['automatic', 'manual']),
  ],
  [
    'routing',
    new Option('--routing <strategy>', 'the order in which routes are tried').choices([...routings]),
  ],
  [
    'failure_message',
    new Option('--failure-message <text>', 'what resellers read when the last route refused'),
  ],
  [
    'min_poll_seconds',
    new Option('--min-poll <seconds>', 'from one question about an open item to the next, at first'),
  ],
  ['max_poll_seconds', new Option('--max-poll <seconds>', 'the same, at most; or 10m, 2h')],
  [
    'expiry_seconds',
    new Option('--expiry-seconds <seconds>', 'an item open for longer is shown to a person; or 12h, 7d'),
  ],
  [
    'visible_to',
    new Option(
      '--visible-to <price group>',
      'only this price group sees it; may be given several times; "" shows it to everyone',
    ).argParser(collect((name) => name)),
  ],
]

export function addServiceOptions(command: Command, required: Column[] = []): Command {
  for (const [column, option] of options) {
    const { flags, description, argChoices, parseArg } = option
    const own = new Option(flags, description)
    if (argChoices) own.choices(argChoices)
    else if (parseArg) own.argParser(parseArg)
    command.addOption(own.makeOptionMandatory(required.includes(column)))
  }
  return command
    .addOption(new Option('--active', 'resellers can buy it').conflicts('inactive'))
    .addOption(new Option('--inactive', 'resellers neither see nor buy it'))
}

/** What the options say of a service. Throws invalid_input naming the option at fault. */
export function readServiceOptions(given: Record<string, unknown>): ServiceInput {
  const form: ServiceForm = {}
  for (const [column, option] of options) form[column] = given[option.attributeName()]
  const { visible_to: groups } = form
  if (Array.isArray(groups) && groups.length === 0) form.visible_to = null
  const { active, inactive } = given as { active?: boolean; inactive?: boolean }
  if (active || inactive) form.active = active === true
  const { input, problems } = readForm(form)
  const [problem] = problems
  if (problem) throw new Refusal('invalid_input', `${problem.field}: ${problem.reason}`, problem.field)
  return input
}

/** Says what was refused with the option's name in place of the value's. */
export async function withOptionNames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) || error.field === undefined) throw error
    const { field } = error
    const option = options.find(([column]) => columns[column] === field)?.[1]
    const name = option?.long?.slice(2) ?? field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new Refusal(error.code, error.detail?.replace(`${field}: `, `--${name} `), name)
  }
}

/** Gathers an option that may be given several times; an empty text takes what there was away. */
function collect<Value>(read: (text: string) => Value) {
  return (text: string, gathered: Value[] = []): Value[] => (text === '' ? [] : [...gathered, read(text)])
}

function readField(text: string): FieldInput {
  const [head = '', ...rest] = text.split('=')
  const [name = '', ...words] = head.split(':')
  const field: FieldInput = { name: name.trim() }
  for (const word of words) {
    if (word === 'required') field.required = true
    else if (word === 'text' || word === 'dropdown') field.type = word
    else throw new InvalidArgumentError(`"${word}" is neither text, dropdown nor required.`)
  }
  if (rest.length > 0) field.options = rest.join('=').split('|')
  return field
}
