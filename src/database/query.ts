import { type Template, type Written, writeOut } from './statement-text.ts'

/** Rows are what a statement gave; `count` is how many rows it gave or changed. */
export type Rows<R extends readonly unknown[]> = R & { readonly count: number }

/** Form is how rows are given: under the names that PostgreSQL gives them, or as records (see `recordsOf`). */
export type Form = 'rows' | 'records'

/** Run sends a statement and gives its rows. */
export type Run = (statement: Written, form: Form) => Promise<Rows<unknown[]>>

/**
 * Query is a statement that is sent when somebody first waits for it, or at once by `execute`; or that is never sent, because it is
 * a part of another one.
 */
export class Query<R extends readonly unknown[] = readonly unknown[]> implements Template, Promise<Rows<R>> {
  readonly [Symbol.toStringTag] = 'Query'
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
  readonly #run: Run
  #sent: Promise<Rows<R>> | undefined

  constructor({ strings, values }: Template, run: Run) {
    this.strings = strings
    this.values = values
    this.#run = run
  }

  /** `execute` sends the statement now, so that it is sent before what is sent later. */
  execute(): Promise<Rows<R>> {
    this.#sent ??= this.#run(writeOut(this, isQuery), 'rows') as Promise<unknown> as Promise<Rows<R>>
    return this.#sent
  }

  /** `records` sends the statement now, and names its columns in camel case: `order_id` is `orderId`, a number. */
  records(): Promise<Rows<R>> {
    return this.#run(writeOut(this, isQuery), 'records') as Promise<unknown> as Promise<Rows<R>>
  }

  // biome-ignore lint/suspicious/noThenProperty: a query is waited for like a promise, so that it can be lazy.
  then<A = Rows<R>, B = never>(
    done?: ((rows: Rows<R>) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.execute().then(done, failed)
  }

  catch<B = never>(failed?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<Rows<R> | B> {
    return this.execute().catch(failed)
  }

  finally(ended?: (() => void) | null): Promise<Rows<R>> {
    return this.execute().finally(ended)
  }
}

const isQuery = (value: unknown): value is Query => value instanceof Query
