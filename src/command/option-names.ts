import { Refusal } from '../errors.ts'
import { pathText } from '../lib/fault.ts'

/** `withOptionNames` says everything that was refused with the options' names in place of the values'. */
export async function withOptionNames<T>(
  optionOf: (field: string) => string,
  work: () => Promise<T>,
): Promise<T> {
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

/** `dashed` is the option of a name: `--remote-service` of remoteService. */
export const dashed = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-')}`
