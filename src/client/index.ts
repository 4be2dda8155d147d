/** This is the client library, which others use to speak to an imeigate, or to any Dhru panel. Nothing of it needs Node. */

export type { DhruAccount } from './dhru/account.ts'
export { readAmount } from './dhru/amount.ts'
export type { Refused, Unreadable } from './dhru/answer.ts'
export {
  type DhruAnswer,
  DhruClient,
  type DhruOrder,
  type DhruReply,
  type DhruSettings,
  honoursKeys,
  type Many,
  type RowOutcomes,
  type Send,
} from './dhru/client.ts'
export { contradictsItself } from './dhru/doubled-names.ts'
export { sendTo } from './dhru/fetch.ts'
export { isImei, isSameInput, otherIn } from './dhru/identifiers.ts'
export { findObjects } from './dhru/json.ts'
export type { OrderStatus, Placed } from './dhru/order.ts'
export {
  type DhruFields,
  encodeCustomField,
  type ParametersEncoding,
} from './dhru/parameters.ts'
export { plainText } from './dhru/plain-text.ts'
export { type DhruRefusal, type RefusalMeaning, readRefusal } from './dhru/refusal.ts'
export type { EncodedForm, FormEncoding } from './dhru/request.ts'
export { isReference, textOf } from './dhru/row.ts'
export {
  type DhruGroup,
  type DhruService,
  readService,
} from './dhru/service.ts'
export type { DhruBox } from './dhru/service-box.ts'
export { type DhruField, parameterNames } from './dhru/service-fields.ts'
export { type OrderState, stateOf, statusWord } from './dhru/status-words.ts'
export { amountOf, microsOf } from './rest/amounts.ts'
export type { Fetch } from './rest/calls.ts'
export { type ClientSettings, ImeigateClient } from './rest/client.ts'
export { ImeigateError } from './rest/error.ts'
export type { FollowOptions, OrderEvent } from './rest/follow.ts'
export type { Schemas } from './rest/schema.ts'
export type {
  AnswerOf,
  CallOptions,
  EntryOf,
  ListName,
  OperationName,
  ParametersOf,
} from './rest/types.ts'
export type { WebhookHeaders } from './webhook/bytes.ts'
export { WebhookError, type WebhookFault } from './webhook/error.ts'
export { verifySignature } from './webhook/signature.ts'
export { type VerifyOptions, verifyWebhook, type WebhookEvent } from './webhook/verify.ts'
