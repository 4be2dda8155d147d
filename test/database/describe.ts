import type pg from 'pg'

/** Described is what PostgreSQL says of a statement that it has parsed and not run. */
export interface Described {
  columns: { name: string; dataTypeID: number }[]
}

interface Wire {
  parse(statement: { name: string; text: string; types: number[] }): void
  describe(what: { type: 'S'; name: string }): void
  sync(): void
}

/** Describing asks PostgreSQL what a statement gives: Parse, Describe, Sync. Nothing is executed. */
class Describing {
  readonly #text: string
  readonly #done: PromiseWithResolvers<Described>
  #columns: Described['columns'] = []

  constructor(text: string, done: PromiseWithResolvers<Described>) {
    this.#text = text
    this.#done = done
  }

  submit(wire: Wire): void {
    wire.parse({ name: '', text: this.#text, types: [] })
    wire.describe({ type: 'S', name: '' })
    wire.sync()
  }

  handleRowDescription({ fields }: { fields: Described['columns'] }): void {
    this.#columns = fields
  }

  handleError(error: unknown): void {
    this.#done.reject(error)
  }

  handleReadyForQuery(): void {
    this.#done.resolve({ columns: this.#columns })
  }
}

export async function describeStatement(client: pg.Client, text: string): Promise<Described> {
  const done = Promise.withResolvers<Described>()
  client.query(new Describing(text, done) as unknown as pg.Submittable)
  return await done.promise
}

const KINDS: Record<number, string> = {
  16: 'boolean',
  17: 'bytes',
  20: 'bigint',
  21: 'number',
  23: 'number',
  25: 'string',
  26: 'number',
  700: 'number',
  701: 'number',
  1000: 'boolean[]',
  1005: 'number[]',
  1007: 'number[]',
  1009: 'string[]',
  1016: 'bigint[]',
  1043: 'string',
  1082: 'string',
  1184: 'Date',
  1186: 'string',
  1700: 'string',
}

/** Types whose values only their room knows, or that hold nothing. */
const ANY = new Set([114, 3802, 2278])

/** kindOf names the kind of JavaScript value that a type of PostgreSQL is read as; undefined: any. */
export const kindOf = (oid: number): string | undefined =>
  ANY.has(oid) ? undefined : (KINDS[oid] ?? 'string')
