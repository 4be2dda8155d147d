import type { Fault } from '../errors.ts'
import { orThrow, type Result, resultOf } from '../lib/fault.ts'
import type { Language } from '../lib/languages.ts'
import { emptyFault, plainLineFault } from '../lib/text.ts'
import { isTimeZone } from '../lib/wall-clock.ts'
import { because } from '../reasons.ts'

/** `emailOf` gives an e-mail address as it is kept, or what is wrong with it. */
export function emailOf(text: string): Result<string> {
  const email = text.trim()
  const isAddress = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(email)
  return resultOf(email, [
    emptyFault('email', email) ?? plainLineFault('email', email, 254) ?? (isAddress ? undefined : NO_ADDRESS),
  ])
}

const NO_ADDRESS: Fault = {
  path: ['email'],
  message: 'is no e-mail address',
  ...{ keyword: 'format', params: { format: 'email' } },
}

/** `readEmail` gives what `emailOf` does. Throws invalid_input. */
export const readEmail = (text: string): string => orThrow(emailOf(text))

/** `nameOf` gives the name of a person or a token as it is kept, or what is wrong with it. */
export function nameOf(text: string): Result<string> {
  const name = text.trim()
  return resultOf(name, [emptyFault('name', name) ?? plainLineFault('name', name, 100)])
}

/** `readName` gives what `nameOf` does. Throws invalid_input. */
export const readName = (text: string): string => orThrow(nameOf(text))

/** ProfileForm is what people say of themselves; what is left out stays. "" as time zone: that of the browser. */
export interface ProfileForm {
  name?: string | undefined
  language?: Language | undefined
  timeZone?: string | undefined
}

/** `readProfile` throws invalid_input that names the value at fault. */
export function readProfile({ name, language, timeZone }: ProfileForm): ProfileForm {
  if (timeZone && !isTimeZone(timeZone)) {
    throw because('invalid_input', 'no_time_zone', {}, 'time_zone')
  }
  return { name: name === undefined ? undefined : readName(name), language, timeZone }
}
