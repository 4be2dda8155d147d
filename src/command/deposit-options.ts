import { type Command, Option } from 'commander'
import { parsePercent } from '../deposits/fees.ts'
import type { ProviderInput } from '../deposits/providers.ts'
import { Refusal } from '../errors.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { amountOf } from './input.ts'
import { fieldOptions, givenFields } from './integration-options.ts'

/** `options` has an option for every field of every kind. */
const options = fieldOptions(gatewayKinds, () => true)

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
  for (const { option } of options) command.addOption(option)
  return command
}

/** `readProviderOptions` gives what the options say of a provider; it reads secrets from stdin where asked to. */
export async function readProviderOptions(given: GivenProvider): Promise<ProviderInput> {
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
