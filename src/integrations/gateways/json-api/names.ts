import type { DepositId } from '../../../lib/ids.ts'
import { quoteLine } from '../../../lib/text.ts'
import type { PaymentRequest } from '../gateway.ts'
import { textIn } from './index.ts'

/** `prefixOf` tells the names of this installation from those of others, and leaves room: gateways take 50 characters. */
const prefixOf = (installation: string): string => `ig-${installation.slice(0, 16)}-`

/** `nameOf` is what we call a deposit's payment at a gateway: other installations, and other programs, may share the account there. */
export const nameOf = (
  installation: string,
  { id, attempt }: Pick<PaymentRequest, 'id' | 'attempt'>,
): string => `${prefixOf(installation)}${id}-${attempt}`

/** `depositNamed` gives the deposit that a name of `nameOf` is for; undefined: it is none of this installation. */
export function depositNamed(installation: string, name: unknown): DepositId | undefined {
  const prefix = prefixOf(installation)
  if (typeof name !== 'string' || !name.startsWith(prefix)) return undefined
  const [, id] = /^([1-9]\d{0,14})-\d{1,9}$/.exec(name.slice(prefix.length)) ?? []
  return id === undefined ? undefined : (Number(id) as DepositId)
}

/**
 * `referenceOf` gives the reference of a payment that was asked about. One that is another's, by its own reference or by the name that `nameOf` gave
 * it, is called what it says it is, so that it does not fit.
 */
export function referenceOf(
  installation: string,
  { reference, deposit }: { reference: string; deposit: DepositId },
  said: unknown,
  name: unknown,
): string {
  if (textIn(said) === reference && depositNamed(installation, name) === deposit) return reference
  return quoteLine(`payment ${textIn(said) ?? '?'} of ${textIn(name) ?? '?'}`, 200)
}
