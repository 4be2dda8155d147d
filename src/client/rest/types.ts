import type { amountFields } from './operations.ts'
import type { Operations } from './schema.ts'

/** OperationName is an operation's name in the OpenAPI document, such as `getMe`. */
export type OperationName = keyof Operations

/** CallOptions are what one call takes beside its parameters. */
export interface CallOptions {
  /** `signal` ends the call, its retries included: it throws the signal's reason. */
  signal?: AbortSignal
  /**
   * `idempotencyKey` makes a POST that is sent again, by you or by the client, the same one. Without it each call of a POST gets a key
   * of its own. To be safe over a restart of your program, keep your own, such as `cart-77`.
   */
  idempotencyKey?: string
}

/** ParametersOf has an operation's parameters of path, query and body in one object. */
export type ParametersOf<Name extends OperationName> = Flat<
  Operations[Name] extends { takes: infer Given } ? Given : unknown
>

/** AnswerOf is an operation's answer. `Exact`: its amounts are decimal texts. */
export type AnswerOf<Name extends OperationName, Exact extends boolean = false> = Name extends ListName
  ? Page<EntryOf<Name, Exact>>
  : Operations[Name] extends { answer: infer Answer }
    ? Reading<Answer, Exact>
    : never

/** Methods has every operation of the API as a method, but for the stream, which has no end: `followOrders` of the client reads it. */
export type Methods<Exact extends boolean> = {
  [Name in OperationName as Exclude<Name, 'followOrders'>]: Method<Name, Exact>
}

type Method<Name extends OperationName, Exact extends boolean> =
  Record<never, never> extends ParametersOf<Name>
    ? (parameters?: ParametersOf<Name>, options?: CallOptions) => Promise<AnswerOf<Name, Exact>>
    : (parameters: ParametersOf<Name>, options?: CallOptions) => Promise<AnswerOf<Name, Exact>>

/** ListName is an operation that lists something, a page at a time. */
export type ListName = {
  [Name in OperationName]: Operations[Name] extends { entry: unknown } ? Name : never
}[OperationName]

/** EntryOf is one entry of a list. */
export type EntryOf<Name extends ListName, Exact extends boolean> = Reading<Operations[Name]['entry'], Exact>

interface Page<Entry> {
  data: {
    page: {
      items: Entry[]
      /** `next_cursor`: null is the end. */
      next_cursor: number | null
    }
  }
}

type AmountField = (typeof amountFields)[number]

/** Reading is an answer as the client gives it: with `exactAmounts`, amounts are decimal texts instead of numbers. */
export type Reading<Answer, Exact extends boolean> = Exact extends true ? Exactly<Answer> : Answer

type Exactly<Value> = Value extends readonly (infer Entry)[]
  ? Exactly<Entry>[]
  : Value extends object
    ? { [Name in keyof Value]: Name extends AmountField ? AsText<Value[Name]> : Exactly<Value[Name]> }
    : Value

type AsText<Value> = Value extends number ? string : Value

/** Flat is an object whatever an operation takes. */
type Flat<Value> = { [Name in keyof Value]: Value[Name] }
