import { type Command, InvalidArgumentError, Option } from 'commander'
import { priceAttributes, serviceAttributes } from '../catalogue/attributes.ts'
import type { ServiceInput } from '../catalogue/complete-service.ts'
import { type Attributes, columnOf, readForm, Unreadable } from '../lib/attributes.ts'
import { orThrow, resultOf } from '../lib/fault.ts'
import { dashed } from './option-names.ts'

const all: Attributes = { ...serviceAttributes, ...priceAttributes }

/** `addServiceOptions` adds an option for each attribute of a service; of a new one also its price. */
export function addServiceOptions(command: Command, required: readonly string[] = []): Command {
  const offered = required.length > 0 ? all : serviceAttributes
  for (const [name, attribute] of Object.entries<Attributes[string]>(offered)) {
    const { flag, offFlag, help, choices, gather, formerly } = attribute
    if (flag === undefined) continue
    const make = (flags: string): Option => {
      const option = new Option(flags, help)
      if (choices) option.choices([...choices])
      else if (gather) option.argParser(collect(gather))
      return option
    }
    const option = make(flag).makeOptionMandatory(required.includes(name))
    command.addOption(option)
    if (offFlag !== undefined) {
      option.conflicts(new Option(offFlag).attributeName())
      command.addOption(new Option(offFlag, `the opposite of ${flag}`))
    }
    if (formerly !== undefined) {
      command.addOption(
        make(`${formerFlag(formerly)} <value>`)
          .hideHelp()
          .conflicts(option.attributeName()),
      )
    }
  }
  return command
}

/** `readServiceOptions` reads the options of a service. Throws invalid_input naming the option at fault. */
export function readServiceOptions(given: Record<string, unknown>): ServiceInput {
  const form: Record<string, unknown> = {}
  for (const [name, { flag, offFlag, formerly }] of Object.entries<Attributes[string]>(serviceAttributes)) {
    if (flag === undefined) continue
    const former = formerly === undefined ? undefined : given[optionName(formerFlag(formerly))]
    const isOff = offFlag !== undefined && given[optionName(offFlag)] === true
    form[columnOf(name)] = isOff ? false : (given[optionName(flag)] ?? former)
  }
  const { given: input, faults } = readForm(serviceAttributes, form)
  return orThrow(resultOf(input, faults))
}

/** `serviceOptionOf` names the option of an attribute: `--min-poll` of minPollSeconds. */
export function serviceOptionOf(name: string): string {
  const flag = all[name]?.flag
  return flag === undefined ? dashed(name) : (new Option(flag).long as string)
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
