import type pg from 'pg'

/** Described is what PostgreSQL says of a statement that it has parsed and not run. */
export interface Described {
  /** `parameters` are the ids of the parameters' types. */
  parameters: number[]
  /** `tableID` and `columnID` name the column of a table that a column is; 0: it is computed. */
  columns: { name: string; dataTypeID: number; tableID: number; columnID: number }[]
}

interface Wire {
  on(event: 'parameterDescription', listener: (message: { dataTypeIDs: number[] }) => void): void
  off(event: 'parameterDescription', listener: (message: { dataTypeIDs: number[] }) => void): void
  parse(statement: { name: string; text: string; types: number[] }): void
  describe(what: { type: 'S'; name: string }): void
  sync(): void
}

/** Describing asks PostgreSQL what a statement gives: Parse, Describe, Sync. Nothing is executed. */
class Describing {
  readonly #text: string
  readonly #done: PromiseWithResolvers<Described>
  #wire: Wire | undefined
  #columns: Described['columns'] = []
  #parameters: number[] = []
  // The driver passes no such message on to a query.
  readonly #onParameters = ({ dataTypeIDs }: { dataTypeIDs: number[] }): void => {
    this.#parameters = dataTypeIDs
  }

  constructor(text: string, done: PromiseWithResolvers<Described>) {
    this.#text = text
    this.#done = done
  }

  submit(wire: Wire): void {
    this.#wire = wire
    wire.on('parameterDescription', this.#onParameters)
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
    this.#wire?.off('parameterDescription', this.#onParameters)
    this.#done.resolve({ parameters: this.#parameters, columns: this.#columns })
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

/** `ANY` lists the types whose values only their room knows, or that hold nothing. */
const ANY = new Set([114, 3802, 2278])

/** kindOf names the kind of JavaScript value that a type of PostgreSQL is read as; undefined: any. */
export const kindOf = (oid: number): string | undefined =>
  ANY.has(oid) ? undefined : (KINDS[oid] ?? 'string')

/**
 * takes tells whether a parameter of a type may be given as this kind of value; undefined: the types of the source do not tell the kind.
 * Texts are allowed for arrays of bigint, which the driver would have to write out, and for types that have no kind of their own.
 */
export function takes(oid: number, isArray: boolean, kind: string | undefined): boolean {
  const wanted = isArray ? (KINDS[oid] ?? 'string[]') : kindOf(oid)
  if (kind === undefined || wanted === undefined || kind === wanted) return true
  if (wanted === 'bigint') return kind === 'number'
  if (wanted === 'bigint[]') return kind === 'number[]' || kind === 'string[]'
  return oid === NUMERIC && kind === 'number'
}

const NUMERIC = 1700
