import type { ApiKey } from '../../accounts/account.ts'
import { Refusal } from '../../errors.ts'
import type { OrderId } from '../../lib/ids.ts'
import type { RequestEntry } from '../../request-log/request.ts'
import type { ActionResult } from './call.ts'
import type { DhruRequest } from './form.ts'

/** An action's name, of a client that may have sent anything for one, as it is told and logged. */
export const actionName = ({ action }: DhruRequest): string => action.slice(0, 64)

/** What the reseller's log says of a request: never what it held, but that action and, of a refusal, our words. */
export function requestEntry(
  dhru: DhruRequest,
  key: ApiKey,
  result: ActionResult,
  placed: OrderId | null,
): Pick<RequestEntry, 'accountId' | 'keyId' | 'via' | 'action' | 'detail' | 'orderId'> {
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

/** A secret is the whole credential, or what stands behind the dot of a dotted key in either field. */
function holdsSecret(text: string, { username, secret }: DhruRequest): boolean {
  const written = text.toLowerCase()
  return [secret, username.includes('.') ? username : '']
    .map((given) => given.slice(given.lastIndexOf('.') + 1).toLowerCase())
    .some((one) => one !== '' && written.includes(one))
}
