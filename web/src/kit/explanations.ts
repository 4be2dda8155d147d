import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

/** What the codes of refusals mean for whoever set a shop up, and what to do. */
const explanations: Readonly<Record<string, MessageDescriptor>> = {
  ok: msg`It was answered.`,
  invalid_credentials: msg`User name or access key is wrong. Type both in anew, or make another key.`,
  key_expired: msg`The day on which the key was to stop has come. Make another one, or give it more time.`,
  key_revoked: msg`The key was revoked for good. Make another one, and type it into the shop.`,
  account_closed: msg`The account is closed. Ask us why.`,
  permission_denied: msg`The key may not do this. Change what it may do on the page of the key.`,
  ip_not_allowed: msg`The key may not be used from this address. Allow the address on the page of the key.`,
  action_missing: msg`The request names no action. The program that sent it does not speak Dhru in full.`,
  unsupported_action: msg`Nobody here knows this action. Orders, services and balances work all the same.`,
  payload_required: msg`The request was empty or could not be read. Look at what the program sends.`,
  malformed_parameters: msg`The parameters of the request could not be read. Look at what the program sends.`,
  invalid_input: msg`A value was not as it must be: the words beside name it.`,
  service_not_found: msg`There is no such service for you. Fetch the services anew, so that the shop has those of today.`,
  service_closed: msg`The service is closed at these hours. Order again when it is open.`,
  service_paused: msg`The service is not available at present. Order again later.`,
  imei_required: msg`The service needs an IMEI or serial number, and none was sent.`,
  invalid_imei: msg`The IMEI does not exist: a digit is wrong or missing. Ask the customer for it again.`,
  field_missing: msg`The service asks for a value that was not sent. Fetch the services anew, so that the shop asks for it.`,
  invalid_field: msg`A value is not as the service takes it: the words beside name it.`,
  quantity_out_of_range: msg`The service is not sold in this number.`,
  insufficient_balance: msg`The balance did not suffice. Nothing was placed or charged. Pay in, then order again.`,
  duplicate_order: msg`The same was ordered before, and that order counts. Nothing was charged again.`,
  idempotency_conflict: msg`The key of this request was used for another one before. The program must make a new key for each order.`,
  order_id_required: msg`No order was named.`,
  order_not_found: msg`You have no such order. Shops also ask for orders that they never placed here.`,
  too_many_rows: msg`More was asked for than fits into one request. Ask in smaller parts.`,
  body_too_large: msg`The request was too large. Send it in smaller parts.`,
  method_not_allowed: msg`The Dhru endpoint takes POST alone.`,
  not_found: msg`There is no such thing.`,
  conflict: msg`It could not be done as things stand: the words beside say why.`,
  too_many_failed_logins: msg`Wrong access keys were tried too often. It works again within a minute.`,
  too_many_requests: msg`Too much was asked for in a minute. A good program waits and asks again.`,
  provider_unavailable: msg`The payment provider gave no answer. Try again.`,
  temporarily_unavailable: msg`We could not answer at that moment. The same request may be sent again: nothing is done twice.`,
  shutting_down: msg`The server was being restarted. The same request may be sent again: nothing is done twice.`,
  internal_error: msg`The fault is ours. Tell us the trace id.`,
}

/** `explain` says what an error code means, and what to do about it. */
export const explain = (code: string): MessageDescriptor =>
  explanations[code] ?? msg`Tell us the trace id if the words do not help.`
