import { fault, orThrow, resultOf } from '../lib/fault.ts'
import type { Language } from '../lib/languages.ts'
import { emptyFault, plainLineFault } from '../lib/text.ts'
import { isTimeZone } from '../lib/wall-clock.ts'
import { because } from '../reasons.ts'

/** `readEmail` gives an e-mail address as it is kept. Throws invalid_input. */
export function readEmail(text: string): string {
  const email = text.trim()
  const isAddress = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(email)
  const faults = [
    plainLineFault('email', email, 254),
    isAddress ? undefined : fault('email', 'is no e-mail address'),
  ]
  return orThrow(resultOf(email, faults))
}

/** `readName` gives the name of a person or a token as it is kept. Throws invalid_input. */
export function readName(text: string): string {
  const name = text.trim()
  return orThrow(resultOf(name, [emptyFault('name', name), plainLineFault('name', name, 100)]))
}

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
