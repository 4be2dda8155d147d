import { type ErrorCode, Refusal } from './errors.ts'

/**
 * `reasons` are why something is refused that people often meet in the console or the portal. A refusal is said in English by this text; the
 * pages say it in the reader's language by its name and its values (web/src/kit/fault-words.ts). What stands in no row here is said in English to everybody.
 */
export const reasons = {
  username_taken: 'the username {username} is taken',
  account_unknown: 'there is no account {account}',
  group_taken: 'there is a price group {name}',
  group_unknown: 'there is no price group {name}',
  key_ended: 'the key is {status}',
  key_would_have_expired: 'the key would have expired already',
  account_currency: 'account {account} buys in {currency}',
  service_code_taken: 'another service has this code',
  prices_changed: 'prices, costs or rules have changed since: look at the plan again',
  below_cost: '{count} prices would be below the cost',
  deposits_open: '{count} deposits are open: cancel those that you will not pay',
  provider_tells: 'its provider says itself when it is paid',
  provider_unknown: 'there is no provider {code}',
  no_own_amounts: 'deposits of {code} have no amounts of their own',
  stray_closed: 'stray payment {id} is closed',
  credited_already: '{amount} {currency} was credited for deposit {id} already',
  reason_for_account: 'the account is to read a reason',
  credited_by_hand: 'this amount was credited before, as "{reference}"',
  amount_not_taken: 'the provider does not take this amount',
  payment_under_way: 'the payment is under way',
  provider_taken: 'there is a provider {code}',
  supplier_unknown: 'there is no supplier {supplier}',
  supplier_taken: 'another supplier has this name',
  route_taken: 'the service has a route to this supplier and remote service',
  supplier_off: '{supplier} is switched off: nothing is sent to it',
  supplier_paused: '{supplier} is paused: its items go by their next routes until it is back',
  supplier_not_paused: '{supplier} is not paused',
  list_being_read: 'the list of {supplier} is being read',
  list_read_again: 'the list of {supplier} was read again since: look at it anew',
  list_just_read: 'the list of {supplier} has just been read',
  list_read_already: 'the list of {supplier} is being read already',
  import_changed: 'something else would be done by now: look at it again',
  no_list: '{supplier} has no list of services that could be read',
  same_input: 'order {order} is for the same input',
  too_expensive: 'the order costs {cost}, available is {available}',
  key_used: 'order {order} was placed under it',
  key_without_webhook: 'the key of order {order} has no webhook',
  webhook_untold: 'the webhook was told nothing of order {order} yet',
  rate_far:
    '1 {base} is {held} {quote}: {rate} is more than one and a half times it, or less than two thirds of it: with --far (far: true in the API) it is set all the same',
  list_too_much: '{reason}: narrow it',
  ended_too_long: 'is too long: more has ended than a list looks through',
  sort_needs_end: 'by the end needs a time: give ended_from, too',
  item_unsaid: 'the order has {count} items: say which',
  item_unknown: 'the order has no item {item}',
  item_without_result: 'item {item} is {state}, and has no result to correct',
  charge_too_much: '{amount} {currency} would be charged, and {most} {currency} can be taken',
  attempt_unknown: 'the item has no attempt {attempt}',
  attempt_not_charged: 'attempt {attempt} had given the result that was charged',
  balance_too_large: 'the balance would be too large',
  nothing_to_ask: 'no supplier has anything of order {order} that it can be asked about',
  item_ended: 'the item is {state} already',
  reference_used: 'another item was bought under reference {reference}',
  reference_length: 'a reference has 1 to 200 characters',
  result_empty: 'the result is empty',
  answer_empty: 'the answer is empty',
  answer_too_long: 'an answer has at most {limit} characters',
  item_with_nobody: 'the item is {state}, and waits for no supplier',
  item_without_supplier: 'the item is {state}, and with no supplier',
  item_asked_now: 'a supplier is being asked about the item at this moment: decide again in some seconds',
  item_waits_not: 'the item does not wait any more, it is {state}',
  item_given_back: 'the item is {state}, and its price was given back',
  item_to_deliver:
    'the item is {state}, and waits for no supplier: deliver it after all, on the page of its order',
  item_went_on: 'the item has gone on to another supplier, where it is {state}',
  sent_by_nobody_known:
    'this database knows of no supplier that has it: give it back; or have people answer it, who are the first route of its service, and dismiss the review',
  reason_for_decision: 'a decision needs its reason',
  reason_for_rule: 'a rule needs its reason',
  review_resolved: 'review {review} is resolved already: {resolution}',
  nothing_by_hand: 'nothing of this waits for a person',
  order_not_by_hand: 'nothing of order {order} waits for a person',
  item_not_by_hand: 'order {order} item {item} is {state}, and not with a person',
  nothing_to_cancel: 'order {order} is {state}, nothing of it can be cancelled',
  nothing_answered: 'order {order} is {state}, nothing of it has an answer',
  results_not_secret: 'the results of its service are not secret: the order shows them',
  too_many_lines: 'has more than {limit} lines',
  no_such_route: 'the service of order {order} has no route {route}',
  words_or_phrase: 'give either the words or a phrase',
  no_result_to_share: 'item {item} has no result to share',
  secret_not_shared: 'the results of this service are secret, and are not shared',
  waits_no_more: '{thing} does not wait for a person any more',
  taken_by: '{who} works on it until {until}',
  within_a_day: 'must be a time within the next 24 hours',
  plan_too_large: 'would change {count} things, more than {limit}',
  plan_row_changed: '{thing} is no longer as it was shown',
  plan_discarded: 'this plan was discarded',
  plan_applied: 'this plan was applied already, by {who}',
  plan_ended: 'this plan has ended: make another one',
  plan_not_applied: 'plan {plan} was not applied',
  rules_one_by_one: 'plan {plan} has changed price rules: they are changed back one by one',
  routes_one_by_one: 'plan {plan} has replaced routes of services: they are set back one by one',
  role_lacks: 'you may not {permission}',
  email_of_other: "the e-mail address is somebody else's",
  email_taken: 'the e-mail address {email} is taken',
  email_of: 'the e-mail address {email} is that of {who}',
  email_signs_in: 'somebody signs in with the e-mail address {email}',
  email_taken_since: 'somebody signs in with this address meanwhile',
  email_same: 'email: you sign in with it already',
  no_mail: 'no mail can be sent from here, so that no address can be proved',
  link_ended: 'the link was used or has ended: have another one sent',
  invitation_ended: 'the invitation was used or has ended: have another one made',
  registration_ended: 'the link was used or has ended: register again',
  no_registration: 'nobody registers here: ask for an invitation',
  no_new_accounts: 'there are no new accounts here at present',
  application_decided: 'the application is {status} already',
  person_suspended: 'the person is suspended',
  not_oneself: 'nobody changes their own role, or suspends or resets themselves',
  last_owner: 'there must be an active owner, and this is the only one',
  views_full: '{limit} views are kept already',
  view_taken: 'another view is called {name}',
  within_a_year: 'must be within a year from now',
  factor_needed: 'people of the staff have a second factor',
  wrong_code: 'is not the code that the app shows now',
  passkey_new: 'is no new passkey for what was offered: begin again',
  passkeys_full: 'nobody has more than {limit} passkeys',
  passkey_kept: 'this passkey is kept already',
  no_passkeys: 'there are no passkeys here: they need PUBLIC_URL, with https and a name',
  many_sign_in: 'too many people sign in at this moment',
  no_time_zone: 'is no time zone, such as Asia/Jakarta',
  viewer_changes_nothing: 'who looks at a portal changes nothing',
  amount_zero: 'the amount is 0',
  note_needed: 'an adjustment needs a note',
  most_taken: 'at most {most} {currency} can be taken',
  deposit_zero: 'a deposit is more than 0',
  credit_in_use: '{used} of the credit is in use',
  receiver_is_sender: 'the receiver is the sender',
  transfer_least: 'the least is {amount}',
  transfer_balance: 'the balance is {balance}',
  receiver_unknown: 'no account in {currency} has this user name, or alone has this e-mail address',
  seller_unsaid: 'nobody has said who sells: imeigate seller set',
  month_not_over: '{month} has not ended',
  month_invoiced: '{month} is invoiced already, as {number}',
  month_empty: 'nothing was charged in {month}',
  webhook_not_active: 'webhook {webhook} is {status} and must be resumed first',
  webhook_key_ended: 'its key was revoked, or its account is closed',
  channel_taken: 'there is a channel {name}',
  channel_in_use: 'somebody is told by {name}: remove them first (imeigate notify list)',
  telegram_chat: 'telegram: is missing: say in which chat',
  no_chat: 'there is no chat to write to',
  told_already: '{address} is told already; remove that first to change it',
  event_needed: 'must name one at least',
  news_until: 'until: must be later than from',
  news_for_both: 'accounts: it is for a group or for accounts, not for both',
  news_for_unknown: 'accounts: there is no account {account}',
  password_short: 'must have at least {least} characters',
  password_long: 'must not be longer than {most} characters',
  password_plain: 'must have at least {least} different characters',
  password_own: 'is your name, or easy to guess',
  password_common: 'is one of the most used ones',
  file_no_base64: 'must be base64',
  file_large: 'must not be larger than {limit} bytes',
  file_kind: 'must be a PNG, a JPEG or a PDF',
  amount_least: 'must be at least {amount}',
  amount_most: 'must be at most {amount}',
  amount_step: 'must be a multiple of {amount}',
  amount_positive: 'must be more than 0',
  amount_as_billed: '{amount} is what was to be paid: confirm the deposit',
  nothing_charged: 'nothing of the order is charged',
  given_back_before: 'reference {reference} has given back {amount} of item {item} already',
  most_left: 'at most {amount} is left of item {item}',
  kind_kept: 'is {kind} and cannot be changed',
  no_imei_asked: 'a {kind} service asks for no IMEI',
  format_beside_schema: 'has no place beside an input schema of your own',
  supplier_has_services: '{supplier} has services of its own: say by "route add" which of them is meant',
} as const

export type Reason = keyof typeof reasons

type NamesIn<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

/** ValuesOf are the values that stand in the text of a reason; amounts are texts. */
export type ValuesOf<R extends Reason> = Readonly<Record<NamesIn<(typeof reasons)[R]>, string | number>>

/** Said is a reason with its values: the same as text and for programs, for one value's fault or for a whole refusal. */
export interface Said {
  readonly message: string
  readonly keyword: Reason
  readonly params: Readonly<Record<string, string | number>>
}

/** `say` gives what a Fault has beside its path. */
export function say<R extends Reason>(reason: R, values: ValuesOf<R>): Said {
  const params: Readonly<Record<string, string | number>> = values
  const message = reasons[reason].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]))
  return { message, keyword: reason, params }
}

/** `because` refuses for one of the reasons; `field` is the input field at fault, where there is one. */
export function because<R extends Reason>(
  code: ErrorCode,
  reason: R,
  values: ValuesOf<R>,
  field?: string,
): Refusal {
  return refusalOf(code, say(reason, values), field)
}

/** `refusalOf` refuses for a reason that was said before. */
export const refusalOf = (code: ErrorCode, said: Said, field?: string): Refusal =>
  new Refusal(code, said.message, field, [{ path: field === undefined ? [] : [field], ...said }])
