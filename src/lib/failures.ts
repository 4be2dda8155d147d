import { type ValuesIn, worded } from './worded.ts'

/**
 * `failures` are what this program itself says of a call to the outside that came to nothing, or whose answer says nothing. It is kept as this English
 * text, beside the words of suppliers; a page that shows such a text finds which one it is, and says it in the reader's language (web/src/kit/fault-words.ts).
 */
export const failures = {
  no_url: 'nothing was sent: the URL is no http or https URL',
  url_with_user: 'nothing was sent to {place} (there is a user or a password in the URL)',
  too_late_to_begin: 'nothing was sent to {place} (it was too late to begin)',
  not_begun_in_time: 'nothing was sent to {place} (not within {ms} ms)',
  nothing_sent: 'nothing was sent to {place} ({why})',
  nowhere_public: 'may not reach {place}: it is at no public address, and in no network of OUTBOUND_ALLOW',
  public_without_tls:
    'may not reach {place}: it is at a public address without TLS, or at none, and in no network of OUTBOUND_ALLOW',
  proxy_not_reached: 'cannot reach the proxy {place} ({why})',
  proxy_refused: 'the proxy {proxy} did not connect us to {place} ({why})',
  not_reached: 'cannot reach {place} ({why})',
  too_late: 'no whole answer from {place} (not within {ms} ms)',
  too_long: 'no whole answer from {place} (longer than {bytes} bytes)',
  closed: 'no whole answer from {place} (other side closed)',
  no_answer: 'no whole answer from {place} ({why})',
  calls_unclear: '{count} calls in a row without a clear answer: {text}',
  answered: 'answered {status}',
  redirected: 'answered {status}, and redirects are not followed',
  no_order: 'there is no such order',
  not_in_time: 'not in time',
  cut_off: 'cut off by a stop',
  message_not_taken: 'the URL did not take the message: HTTP {status}',
  message_answered_otherwise: 'the URL answered HTTP {status} without {text} in it',
  telegram_refused: 'Telegram did not take the message: {why}',
  cannot_be_asked: 'the supplier cannot be asked what became of it',
  order_not_mentioned: 'the answer does not mention the order',
  row_not_mentioned: 'the answer does not mention the row',
  no_result: 'success without a result',
  result_of_none: 'success, with a result that is none: {text}',
  no_number: 'taken, without a number that it could be asked about by',
  number_too_long: 'taken, under a number that is too long for one',
  number_unsaid: 'taken by the supplier, which did not say under which reference: {text}',
  template_says_nothing: 'HTTP {status}, and the template makes nothing of it: {text}',
  by_front: 'HTTP {status}, which comes from a front of the supplier',
  too_many: 'HTTP {status}: too many requests',
  no_json: 'HTTP {status} without a JSON object',
  with_error: 'HTTP {status} with an error: {text}',
  no_error_object: "HTTP {status} without the API's error object",
  status_said: 'the supplier says STATUS {text}',
  asked_again: 'asked for again, and refused, which says nothing of the first request: {text}',
  no_other_way: '{text}, and knows no other way to find the order',
  orders_before: 'not sent: the orders before it took too long',
  no_order_in_it: 'its answer is no order',
  other_order: 'asked about order {asked}, answered about order {answered}',
  orders_unread: 'its list of orders cannot be read',
  orders_endless: 'its list of orders has no end',
  several_orders: 'it has several orders that may be this one',
  order_of_other: 'its order {order} may be of another attempt with the same input',
  deposit_unread: 'its answer is not the deposit',
  list_lacks_service: "the supplier's list lacks the service",
  supplier_off: 'the supplier is switched off',
  no_account: 'this {kind} supplier has no account that could be asked for: nobody was called',
  other_currency:
    "the account there is in {theirs}, costs are taken for {ours}: change the supplier's currency",
  list_lost: 'the list has {left} of {known} services',
  list_lost_refused:
    'the list has {left} of {known} services: nothing was changed; run with --accept-loss if that is right',
  no_id: 'it has no id',
  id_not_usable: 'its id cannot be used',
  takes_file: 'it takes a file',
  quantities_unread: 'its quantities cannot be read: {text}',
  no_price: 'it has no price',
  price_unread: 'its price cannot be read: {text}',
  price_in_other: "its price is in another currency than the supplier's {currency}: {text}",
  id_twice: 'its id stands there twice, and {name} is taken',
  id_twice_dearer: 'its id stands there twice, and the dearer one is taken',
  tried_done: 'done, with the result: {text}',
  tried_taken: 'taken, and not done yet: an order would be asked about until it is',
  tried_numbered:
    'taken under its number {number}, and not done yet: an order would be asked about until it is',
  tried_refused:
    'refused because of this item: an order would go to the next route, or its price would be given back: {text}',
  tried_unavailable:
    'not taken, because of the supplier ({why}): an order would be sent again, or to the next route: {text}',
  tried_duplicate:
    'the supplier says that it has such an order already: an order would be asked about: {text}',
  tried_askable:
    'nobody knows whether it was taken: an order would be asked about, and neither sent again nor given back: {text}',
  tried_shown:
    'nobody knows whether it was taken: an order would be shown to a person, and neither sent again nor given back: {text}',
  tried_unrecognised: 'a refusal in words that no list knows: an order would wait for a person: {text}',
} as const
type Failure = keyof typeof failures

/** `failure` gives the text that is kept. */
export const failure = <F extends Failure>(name: F, values: ValuesIn<(typeof failures)[F]>): string =>
  worded(failures[name], values)
