import type { ApiKey } from '../../accounts/account.ts'
import { Refusal } from '../../errors.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { OwnedRequest, RequestEntry } from '../../request-log/request.ts'
import type { ActionResult } from './call.ts'
import type { DhruRequest } from './form.ts'

/** `actionName` gives the action as messages and the log name it: its first 64 characters. */
export const actionName = ({ action }: DhruRequest): string => action.slice(0, 64)

/** `requestEntry` makes the entry of the request log, which holds the action and a refusal's message, and nothing else that was sent. */
export function requestEntry(
  dhru: DhruRequest,
  key: ApiKey,
  result: ActionResult | Refusal,
  placed: OrderId | null,
): Pick<OwnedRequest, 'accountId' | 'keyId' | 'via' | 'action' | 'detail' | 'orderId'> {
  const detail = result instanceof Refusal ? result.message : null
  // A client that mixes its fields up may have its secret named among them.
  const hidden = detail !== null && holdsSecret(`${dhru.action} ${detail}`, dhru)
  return {
    accountId: key.account.id,
    keyId: key.id,
    via: 'dhru',
    action: hidden ? '(hidden: it held the secret)' : actionName(dhru),
    detail: hidden ? '(hidden: it held the secret)' : detail,
    orderId: placed,
  }
}

/** `strangerEntry` makes the entry of a request that was refused before its account was known: nothing that was sent is in it. */
export const strangerEntry = (
  action: string,
  result: ActionResult | Refusal,
): Pick<RequestEntry, 'accountId' | 'keyId' | 'via' | 'action' | 'detail' | 'orderId'> => ({
  accountId: null,
  keyId: null,
  via: 'dhru',
  action,
  detail: result instanceof Refusal ? result.message : null,
  orderId: null,
})

/** `holdsSecret` looks for the whole credential, and for what stands behind the dot of a dotted key in either field. */
function holdsSecret(text: string, { username, secret }: DhruRequest): boolean {
  const written = text.toLowerCase()
  return [secret, username.includes('.') ? username : '']
    .map((given) => given.slice(given.lastIndexOf('.') + 1).toLowerCase())
    .some((one) => one !== '' && written.includes(one))
}
