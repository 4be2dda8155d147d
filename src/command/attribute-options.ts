import { type Command, InvalidArgumentError, Option } from 'commander'
import { Refusal } from '../errors.ts'
import { type Attributes, type FormOf, Unreadable } from '../lib/attributes.ts'
import { pathText } from '../lib/fault.ts'

/** `addOptions` adds an option for each attribute that a new noun, or a change of one, may be given. */
export function addOptions(command: Command, all: Attributes, use: 'create' | 'change'): Command {
  for (const attribute of Object.values(all)) {
    const { flag, offFlag, help, choices, gather, onlyIn, formerly, whenLeftOut } = attribute
    if (flag === undefined || (onlyIn ?? use) !== use) continue
    const make = (flags: string, words = choices): Option => {
      const option = new Option(flags, help)
      if (words && words.length > 0) option.choices([...words])
      else if (gather) option.argParser(collect(gather))
      return option
    }
    const option = make(flag).makeOptionMandatory(use === 'create' && whenLeftOut === 'needed')
    command.addOption(option)
    if (offFlag !== undefined) {
      option.conflicts(new Option(offFlag).attributeName())
      command.addOption(new Option(offFlag, `the opposite of ${flag}`))
    }
    if (formerly !== undefined) {
      command.addOption(
        // The earlier option may have earlier words: they are checked when they are read.
        make(`${formerFlag(formerly)} <value>`, [])
          .hideHelp()
          .conflicts(option.attributeName()),
      )
    }
  }
  return command
}

/** `formOf` gives what the options say of each attribute. */
export function formOf<A extends Attributes>(all: A, options: Record<string, unknown>): FormOf<A> {
  const form: Record<string, unknown> = {}
  for (const [name, { flag, offFlag, formerly }] of Object.entries(all)) {
    if (flag === undefined) continue
    const former = formerly === undefined ? undefined : options[optionName(formerFlag(formerly))]
    const isOff = offFlag !== undefined && options[optionName(offFlag)] === true
    const value = isOff ? false : (options[optionName(flag)] ?? former)
    if (value !== undefined) form[name] = value
  }
  return form as FormOf<A>
}

/** `changesOf` is `formOf` where something must be given. Throws invalid_input. */
export const changesOf = <A extends Attributes>(all: A, options: Record<string, unknown>): FormOf<A> =>
  someOf(formOf(all, options))

/** `someOf` gives what is given, where that is something. Throws invalid_input. */
export function someOf<Form extends object>(form: Form): Form {
  if (Object.values(form).some((value) => value !== undefined)) return form
  throw new Refusal('invalid_input', 'there is nothing to change')
}

/**
 * `withAttributeNames` says everything that was refused with the options' names in place of the values': `--min-poll` of minPollSeconds. `others`
 * names what is no option of an attribute.
 */
export async function withAttributeNames<T>(
  all: Attributes,
  work: () => Promise<T>,
  others: (name: string) => string = dashed,
): Promise<T> {
  const optionOf = (name: string): string => {
    const flag = all[name]?.flag
    return flag === undefined ? others(name) : (new Option(flag).long as string)
  }
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) || error.field === undefined) throw error
    const said = error.faults.map(({ path: [field = '', ...rest], message }) =>
      [optionOf(String(field)), pathText(rest), message].filter(Boolean).join(' '),
    )
    const name = optionOf(error.field).replace(/^--(setting )?/, '')
    throw new Refusal(error.code, said.length > 0 ? said.join('; ') : error.detail, name)
  }
}

const optionName = (flag: string): string => new Option(flag).attributeName()
const formerFlag = (column: string): string => `--${column.replaceAll('_', '-')}`

/** `collect` gathers an option that may be given several times; an empty text takes away what there was. */
function collect(read: (text: string) => unknown) {
  return (text: string, gathered: unknown[] = []): unknown[] => {
    try {
      return text === '' ? [] : [...gathered, read(text)]
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      throw new InvalidArgumentError(error.message)
    }
  }
}

/** `dashed` is the option of a name: `--remote-service` of remoteService. */
const dashed = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-')}`
