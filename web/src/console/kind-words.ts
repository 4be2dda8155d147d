import { i18n, type MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { KindField } from '../kit/kind-fields.tsx'
import { lateWords } from '../words/late-words.ts'

/** `speakKinds` loads these words, which are apart from those of the console (web/words-plugin.ts): few pages need them. */
export const speakKinds = lateWords({
  en: () => import('../words/en.po?kinds'),
  id: () => import('../words/id.po?kinds'),
  es: () => import('../words/es.po?kinds'),
})

type Words = Readonly<Record<string, MessageDescriptor>>

/** `kinds` say what each kind of supplier, of way to pay in and of channel is called. */
const kinds: Words = {
  'supplier.dhru': msg`Dhru panel`,
  'supplier.cekceir': msg`REST API of the Cek Ceir style`,
  'supplier.http': msg`HTTP API by a template`,
  'supplier.manual': msg`People`,
  'supplier.sandbox': msg`Sandbox`,
  'gateway.bank-transfer': msg`Bank transfer`,
  'gateway.unique-amount': msg`Transfer with an amount of its own`,
  'gateway.callback': msg`Address with a signed hook`,
  'gateway.dhru-gateway': msg`A panel's payment gateway`,
  'gateway.midtrans': msg`Midtrans Snap`,
  'gateway.xendit': msg`Xendit invoices`,
  'gateway.stripe': msg`Stripe Checkout`,
  'channel.email': msg`E-mail`,
  'channel.telegram': msg`Telegram`,
  'channel.http': msg`HTTP`,
}

/** `addresses` say what a person is reached by over each kind of channel. */
const addresses: Words = {
  email: msg`An e-mail address.`,
  telegram: msg`The number of a person or a group, or @channel.`,
  http: msg`Whom the URL is to tell, such as a telephone number. It stands where the body has ${{ to: '{{to}}' }}.`,
}

/** `labels` name the fields of all kinds: by the kind and the field, or by the field where kinds share it. They are those of the server, which the command line and the documentation show. */
const labels: Words = {
  account_holder_name: msg`Account holder`,
  account_number: msg`Account number`,
  answer: msg`Answer`,
  api_key: msg`API key`,
  api_url: msg`Bot API`,
  apiaccesskey: msg`API access key`,
  bank: msg`Bank`,
  base64_results: msg`Results in base64`,
  body: msg`Body`,
  body_type: msg`Type of the body`,
  bulk: msg`Items a request`,
  bulk_place_action: msg`Action that orders many`,
  bulk_status: msg`Ask about many at once`,
  bulk_status_action: msg`Action that asks about many`,
  callback_token: msg`Callback token`,
  cancel_url: msg`Page after giving up`,
  customer_email: msg`Payer's e-mail`,
  customer_name: msg`Payer`,
  encoding: msg`Encoding`,
  expires_hours: msg`Time to pay`,
  expires_minutes: msg`Time to pay`,
  field_names: msg`Names of fields`,
  from: msg`Sender`,
  front_statuses: msg`Statuses of a front`,
  headers: msg`Headers`,
  hook_algorithm: msg`Hash of the signature`,
  hook_amount: msg`Amount of a transfer`,
  hook_currency: msg`Currency of a transfer`,
  hook_currency_name: msg`Name of the currency`,
  hook_decimals: msg`Decimals of the amount`,
  hook_header: msg`Header of the signature`,
  hook_id: msg`Id of a transfer`,
  hook_list: msg`Where the transfers are`,
  hook_secret: msg`Hook's secret`,
  hook_time: msg`Time of a transfer`,
  hook_when: msg`Which transfers count`,
  hook_words: msg`Words of a transfer`,
  host: msg`Mail server`,
  idempotency: msg`Honours Idempotency-Key`,
  instructions: msg`Instructions`,
  items_field: msg`Field of the items`,
  items_per_order: msg`Items an order`,
  keep_days: msg`Days that an amount rests`,
  key: msg`Key`,
  local_address: msg`Address of ours`,
  parameters_many: msg`Parameters of many orders`,
  parameters_one: msg`Parameters of one order`,
  password: msg`Password`,
  place_action: msg`Action that orders one item`,
  port: msg`Port`,
  proxy: msg`Proxy`,
  qris: msg`QRIS`,
  recheck: msg`Rechecks`,
  refuses_duplicates: msg`Refuses duplicates`,
  remote_place_action: msg`Action that orders one of a remote service`,
  remote_status_action: msg`Action that asks about such an order`,
  repeatable: msg`Repeatable`,
  secret: msg`Second secret`,
  secret_key: msg`Secret key`,
  security: msg`Security`,
  server_key: msg`Server key`,
  server_place_action: msg`Action that orders one of a server service`,
  server_status_action: msg`Action that asks about such an order`,
  server_url: msg`This server`,
  service: msg`Service`,
  signing_secret: msg`Signing secret`,
  snap_url: msg`Snap`,
  status_action: msg`Action that asks about one order`,
  status_words: msg`Words for states`,
  success_url: msg`Page after payment`,
  tail_decimals: msg`Decimals of what is added`,
  tail_max: msg`Most that is added`,
  template: msg`Template`,
  time_zone: msg`Time zone`,
  token: msg`Token`,
  unrecognised: msg`Unrecognised words`,
  url: msg`API`,
  'dhru-gateway.url': msg`Bridge`,
  'http.url': msg`URL`,
  user: msg`User`,
  username: msg`User name`,
  webhook_secret: msg`Webhook secret`,
  words: msg`Own words`,
}

/** `helps` say what each field is for, in the same way. */
const helps: Words = {
  account_holder_name: msg`Whose account that is.`,
  account_number: msg`Where to pay to.`,
  'callback.account_number': msg`The address to pay to.`,
  answer: msg`What the answer to a message that was taken has in it, where a status of 2xx is no proof.`,
  'cekceir.api_key': msg`The API key, of the form <id>.<secret>.`,
  'dhru-gateway.api_key': msg`One of the API keys of the bridge.`,
  api_url: msg`Where the Bot API is.`,
  apiaccesskey: msg`The API access key that goes with the user name.`,
  bank: msg`The name of the bank.`,
  base64_results: msg`Results that are base64 of a text are decoded. Without it they are given as they come, since a code may look like base64.`,
  body: msg`What is posted, with ${{ to: '{{to}}' }}, ${{ title: '{{title}}' }}, ${{ text: '{{text}}' }}, ${{ message: '{{message}}' }} (title and text), ${{ event: '{{event}}' }} and ${{ id: '{{id}}' }} in it. Left out: JSON with all but ${{ message: '{{message}}' }}.`,
  body_type: msg`JSON, a form as a browser sends one, or text. Values are put into the body as it wants them.`,
  bulk: msg`How many items one request orders. 1: always one by one. 0: one by one, but 100 where the other side is an imeigate.`,
  bulk_place_action: msg`The name of the action that orders many items.`,
  bulk_status: msg`Whether one request asks about many orders. By itself: where the panel can, which is tried anew every hour.`,
  bulk_status_action: msg`The name of the action that asks about many orders.`,
  callback_token: msg`The verification token of its webhooks.`,
  cancel_url: msg`Where the payer lands who does not pay. Left out: the page after payment.`,
  customer_email: msg`The address that the bridge is told, such as your own.`,
  customer_name: msg`The name that the bridge is told. It is not told who your resellers are.`,
  encoding: msg`How requests are encoded. The kit of the vendor sends multipart.`,
  'bank-transfer.expires_hours': msg`How long a deposit may be paid: 1 to 2,160 hours.`,
  'unique-amount.expires_hours': msg`How long a deposit may be paid: 1 to 2,160 hours.`,
  'callback.expires_hours': msg`How long a deposit may be paid: 1 to 2,160 hours.`,
  'dhru-gateway.expires_minutes': msg`How long a deposit may be paid: 5 to 43,200 minutes.`,
  'midtrans.expires_minutes': msg`How long a deposit may be paid: 20 to 43,200 minutes.`,
  'xendit.expires_minutes': msg`How long a deposit may be paid: 5 to 43,200 minutes.`,
  'stripe.expires_minutes': msg`How long a deposit may be paid: 35 to 1,430 minutes.`,
  field_names: msg`Fields that the panel calls otherwise than our services do: its name by ours, as a JSON object. They travel in CUSTOMFIELD.`,
  from: msg`The address that notices come from, alone or as Name <address>.`,
  front_statuses: msg`HTTP statuses, such as [403,404,415,503], that come from a proxy or a firewall before the supplier, so that nothing was taken. 429 never takes anything.`,
  headers: msg`Further headers as a JSON object, such as one with a token.`,
  hook_algorithm: msg`sha256 or sha512.`,
  hook_amount: msg`What was paid: names with dots between, such as data.amount.`,
  hook_currency: msg`The currency of a transfer: names with dots between, such as data.amount. Empty: it is not looked at.`,
  hook_currency_name: msg`How the hook calls the currency, such as USDT. Left out: by its code.`,
  hook_decimals: msg`How many digits of a whole number are behind the point, 0 to 18: 6 where 1500000 is 1.5.`,
  hook_header: msg`The header with the HMAC of the body.`,
  hook_id: msg`The name of the transfer, by which it counts once: names with dots between, such as data.amount.`,
  hook_list: msg`The list of transfers, or one: names with dots between, such as data.amount. Empty: the whole body.`,
  hook_secret: msg`What the hook signs with.`,
  hook_time: msg`When the transfer was made: names with dots between, such as data.amount. Empty: when it is told of.`,
  hook_when: msg`What must stand where, by path, such as ${{ example: '{"type":"CR"}' }}. All other transfers are passed over.`,
  hook_words: msg`What people read of the transfer: names with dots between, such as data.amount.`,
  host: msg`The name or IP address of the mail server.`,
  idempotency: msg`Its orders and deposits honour Idempotency-Key: then each item is an order of its own, and one whose answer was lost and that no list of orders shows is ordered again with its key. A top-up whose answer was lost is asked for again with its key, too.`,
  instructions: msg`What else the payer must know.`,
  items_field: msg`The field of an order that lists IMEIs or serial numbers.`,
  items_per_order: msg`The most items that travel in one order: 1 to 1,000.`,
  keep_days: msg`So long an amount is given to no other deposit after its own has ended, and a late payment is known by it: 1 to 90 days.`,
  key: msg`What ${{ example: '{key}' }} is in the template.`,
  local_address: msg`The address of this machine that its calls come from, where the machine has several. Left out: the system chooses.`,
  parameters_many: msg`How the parameters of many orders travel: base64 of JSON, or JSON.`,
  parameters_one: msg`How the parameters of one order travel: the XML of the vendor, base64 of JSON, or JSON.`,
  password: msg`The password of this user.`,
  place_action: msg`The name of the action that orders one item.`,
  port: msg`1 to 65535. Left out: 587 with starttls, and 465 with tls.`,
  proxy: msg`The HTTP proxy that its calls go through, such as http://user:password@proxy.example:3128. One without TLS, or at no public address, must be in OUTBOUND_ALLOW.`,
  qris: msg`The text that your static QR code holds. Each deposit shows it with its own amount.`,
  recheck: msg`Seconds after the end of an order at which it is asked about once more, for a change of mind.`,
  refuses_duplicates: msg`The panel refuses the same IMEI for the same service, also after the first order has ended. Then an order whose answer was lost is found by ordering again.`,
  remote_place_action: msg`The name of the action that orders one of a remote service whose id another service has, too, such as 654:REMOTE.`,
  remote_status_action: msg`The name of the action that asks about an order of a service whose id another service has, too, such as 654:REMOTE.`,
  repeatable: msg`Asking again about the same input is free, or answered from the first purchase. Then a lost answer is asked for again. Left out: as the template says.`,
  secret: msg`What ${{ example: '{secret.secret}' }} is in the template.`,
  'xendit.secret_key': msg`The secret API key of the account.`,
  'stripe.secret_key': msg`The secret or restricted key of the API (sk_…, rk_…).`,
  security: msg`Starttls, or TLS from the first byte.`,
  server_key: msg`The server key of the account.`,
  server_place_action: msg`The action that orders one of a server service, for panels that number these apart. Left out: the action that orders one item, but placeserverorder where two services have one id, such as 654:SERVER.`,
  server_status_action: msg`The action that asks about such an order, for panels that number these apart. Left out: the action that asks about one order, but getserverorder where two services have one id, such as 654:SERVER.`,
  server_url: msg`Where the bridge reaches this server, to say that something happened: https://host.`,
  service: msg`What ${{ example: '{service}' }} is where a route names no remote service.`,
  signing_secret: msg`It signs each message as Standard Webhooks says.`,
  snap_url: msg`Where pages are opened. For trying: https://app.sandbox.midtrans.com.`,
  status_action: msg`The name of the action that asks about one order.`,
  status_words: msg`What the supplier's own words for the state of an order mean: ${{ example: '{"Entregue": "done"}' }}. One of open, done, rejected. They count before the words of ten languages that are shipped.`,
  success_url: msg`Where the payer lands after paying.`,
  tail_decimals: msg`How many decimals the smallest unit has by which deposits differ, 0 to 6: 4 adds 0.0001 to 0.0099.`,
  tail_max: msg`Each deposit is raised by 1 to so many of the smallest unit, 1 to 9,999, so that no two are the same.`,
  template: msg`How it is asked, and how its answers read: instant-get, instant-get-text, instant-post, order-poll, or a whole template.`,
  time_zone: msg`Whose days and times the bank writes, such as Asia/Jakarta.`,
  token: msg`The token of the bot, as BotFather gave it.`,
  unrecognised: msg`What is done with a refusal in words that no list knows: hold the money and ask you once for each text, or take it for a refusal of the item.`,
  'dhru-gateway.url': msg`The address of the bridge, without ?action=.`,
  'midtrans.url': msg`Where the status is asked. For trying: https://api.sandbox.midtrans.com.`,
  'xendit.url': msg`The API, where it is not Xendit itself: https://host.`,
  'stripe.url': msg`The API, where it is not Stripe itself: https://host.`,
  'http.url': msg`Where each notice is posted. It is kept like a password.`,
  user: msg`Whom the mail server knows us as. Left out: it asks for none.`,
  'dhru.username': msg`Our user name there.`,
  'http.username': msg`What ${{ example: '{username}' }} is in the template.`,
  webhook_secret: msg`The signing secret of the webhook endpoint (whsec_…).`,
  words: msg`What words of its refusals mean, by phrase: ${{ example: '{"hubungi sales": "credit"}' }}. One of taken, internal, ip, login, credit, limit, busy, command, duplicate, later, item. They count before the lists of ten languages that are shipped.`,
}

/** `choices` word what can be chosen in a field, where it is no word of a protocol. */
const choices: Words = {
  'bulk_status.auto': msg`By itself`,
  'bulk_status.on': msg`Yes`,
  'bulk_status.off': msg`No`,
  'unrecognised.review': msg`Ask a person`,
  'unrecognised.refuse': msg`Take it for a refusal`,
}

/** Sort is what there are kinds of. */
export type Sort = 'supplier' | 'gateway' | 'channel'

interface Kind {
  kind: string
  label: string
  fields: readonly KindField[]
  address?: { help: string; pattern: string }
}

const said = (found: MessageDescriptor | undefined, otherwise: string): string =>
  found ? i18n._(found) : otherwise

/** `worded` gives kinds with their words in the reader's language; what a program newer than this page adds keeps the server's English. */
export const worded = <One extends Kind>(sort: Sort, items: readonly One[]): One[] =>
  items.map((one) => ({
    ...one,
    label: said(kinds[`${sort}.${one.kind}`], one.label),
    fields: one.fields.map((field) => wordedField(one.kind, field)),
    ...(one.address && { address: { ...one.address, help: said(addresses[one.kind], one.address.help) } }),
  }))

function wordedField(kind: string, field: KindField): KindField {
  const { name } = field
  const wordsOf = (table: Words) => table[`${kind}.${name}`] ?? table[name]
  const chosen = Object.entries(choices).filter(([key]) => key.startsWith(`${name}.`))
  return {
    ...field,
    ...{ label: said(wordsOf(labels), field.label), help: said(wordsOf(helps), field.help) },
    choices: Object.fromEntries(chosen.map(([key, words]) => [key.slice(name.length + 1), i18n._(words)])),
  }
}
