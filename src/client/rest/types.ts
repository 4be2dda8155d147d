import type { amountFields, operations as lines } from './operations.ts'
import type { components, operations } from './schema.ts'

/** Schemas are what answers are made of, by the names of the OpenAPI document. */
export type Schemas = components['schemas']

/** OperationName is an operation's name in the OpenAPI document, such as `getMe`. */
export type OperationName = keyof typeof lines

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

type Part<Name extends OperationName, Place extends 'path' | 'query'> =
  operations[Name]['parameters'] extends Partial<Record<Place, infer Given>>
    ? [Exclude<Given, undefined>] extends [never]
      ? unknown
      : Exclude<Given, undefined>
    : unknown

type Body<Name extends OperationName> = operations[Name] extends {
  requestBody?: { content: { 'application/json': infer Given } }
}
  ? Given
  : unknown

/** ParametersOf are those of an operation's path, query and body in one object. */
export type ParametersOf<Name extends OperationName> = Flat<
  Part<Name, 'path'> & Part<Name, 'query'> & Body<Name>
>

/** AnswerOf is an operation's answer. `Exact`: its amounts are decimal texts. */
export type AnswerOf<Name extends OperationName, Exact extends boolean = false> = operations[Name] extends {
  responses: { 200: { content: { 'application/json': infer Answer } } }
}
  ? Reading<Answer, Exact>
  : never

/** Method is an operation as a method. */
export type Method<Name extends OperationName, Exact extends boolean> =
  Record<never, never> extends ParametersOf<Name>
    ? (parameters?: ParametersOf<Name>, options?: CallOptions) => Promise<AnswerOf<Name, Exact>>
    : (parameters: ParametersOf<Name>, options?: CallOptions) => Promise<AnswerOf<Name, Exact>>

/** ListName is an operation that lists something, a page at a time. */
export type ListName = {
  [Name in OperationName]: AnswerOf<Name> extends Page<unknown> ? Name : never
}[OperationName]

/** EntryOf is one entry of a list. */
export type EntryOf<Name extends ListName, Exact extends boolean> =
  AnswerOf<Name, Exact> extends Page<infer Entry> ? Entry : never

interface Page<Entry> {
  data: { page: { items: Entry[]; next_cursor: number | null } }
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

/** Flat has editors show an intersection as one object. */
type Flat<Value> = { [Name in keyof Value]: Value[Name] }
