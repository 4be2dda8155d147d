import { fault, orThrow, resultOf } from '../lib/fault.ts'
import { emptyFault, plainLineFault } from '../lib/text.ts'

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
