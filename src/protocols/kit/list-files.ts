import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import { type Static, type TSchema, Type } from 'typebox'
import { beginExport, endExport } from '../../audit/exports.ts'
import { oneOf } from '../../contract/schema.ts'
import { Refusal } from '../../errors.ts'
import { type Counted, countUpTo } from '../../lib/counted.ts'
import { asText, type Separator, separatorOf, separators } from '../../lib/csv-text.ts'
import { invalid, refusalFor } from '../../lib/fault.ts'
import { type AnyRoute, type Call, type Route, routeOf } from './people-route.ts'
import type { PersonAsking } from './person.ts'

/** MAX_COUNTED and COUNT_MS are how far a list is counted. */
export const MAX_COUNTED = 10_000
export const COUNT_MS = 300

/** PAGE is how many of a list are read at a time. */
const PAGE = 500

/** `countShape` is the answer of what counts a list. */
export const countShape = Type.Object({
  value: Type.Integer(),
  capped: Type.Boolean({ description: 'There may be more' }),
})

/** `fileSeparator` is in the query of files of CSV. */
export const fileSeparator = Type.Optional(
  oneOf(separators, { description: 'What stands between cells; `comma` if left out' }),
)

/** `layout` is how a file of a list is written. */
const layout = {
  columns: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 1000,
      description: 'Some of the columns, in this order, with commas between; left out: all',
    }),
  ),
  separator: fileSeparator,
}
interface Layout {
  columns?: string
  separator?: Separator
}

/** `refuseUnproved` has a person prove again who they are before more than MAX_COUNTED rows, or nobody knows how many, leave the house in a file. */
export async function refuseUnproved(
  { person }: Pick<PersonAsking, 'person'>,
  count: () => Promise<Counted>,
): Promise<void> {
  if (!person || person.isProved) return
  if ((await count()).capped) throw new Refusal('step_up_required')
}

/**
 * `withFile` adds to a list that is `exported` what it is as a file of CSV, and how much it has: both by the list's own filter, page after page, so
 * that neither shows anything else, or to anybody else, than the list does; for the staff also as JSON line by line. `isOwn` tells for whom it is their own: it leaves the house without proof,
 * and the trail says nothing of it.
 */
export function withFile<Permission extends string, Caller extends PersonAsking>(
  list: Route<Permission, Caller>,
  { isOwn }: { isOwn?: (caller: Caller) => boolean } = {},
): Route<Permission, Caller>[] {
  if (list.exported === undefined) return [list]
  const route = routeOf<Permission, Caller>()
  const { path, section, access, params, refusals, command, exported: plural } = list
  const { limit: _, cursor: __, ...filter } = propertiesOf(list.query)
  const name = `${plural.charAt(0).toUpperCase()}${plural.slice(1)}`
  const shared = {
    ...{ method: 'GET' as const, section, access, query: Type.Object(filter as Record<string, TSchema>) },
    ...(params && { params }),
    ...(refusals && { refusals }),
  }
  return [
    list,
    route({
      ...shared,
      path: `${path}/count`,
      name: `count${name}`,
      summary: `How many ${list.path} has of a filter, up to 10,000, as far as that is known within 0.3 seconds`,
      answer: countedColumns,
      handle: (call) => counted(list, call),
    }),
    ...(['csv', ...(isOwn ? [] : ['ndjson' as const])] as const).map((format) =>
      route({
        ...shared,
        ...(format === 'csv' && {
          query: Type.Object({ ...(filter as Record<string, TSchema>), ...layout }),
          refusals: [...new Set([...(refusals ?? []), 'invalid_input' as const])],
        }),
        path: `${path}.${format}`,
        name: format === 'csv' ? `export${name}` : `export${name}AsJson`,
        summary: `All that ${list.path} has of a filter, as a file of ${format === 'csv' ? 'CSV' : 'JSON, line by line'}`,
        ...(command !== undefined && format === 'csv' && { command }),
        isExport: true,
        answer: Type.Object(
          {},
          { description: `A file of ${format === 'csv' ? 'CSV' : 'JSON, line by line'}` },
        ),
        media: { [media[format]]: Type.String() },
        handle: async (call) => {
          const { columns, separator, ...query } = call.query as Layout
          const asked = Object.create(call, { query: { value: query } }) as typeof call
          const own = isOwn?.(call.caller) ?? false
          if (!own) await refuseUnproved(call.caller, () => counted(list, asked))
          const pages = pagesOf(list, asked)
          // The first is read before anything is answered: what is refused is no file that breaks off.
          const { value } = await pages.next()
          const first: Row[] = value ?? []
          const wanted = wantedOf(columnsOf(list, first[0]), columns)
          return await sendFile(call, { list: path, name: plural, format, isOwn: own }, (told) => {
            const rows = withRows(beginning(first, pages), told)
            return format === 'csv' ? csvOf(rows, wanted, separatorOf(separator)) : linesOf(rows)
          })
        },
      }),
    ),
  ]
}

/** `countedColumns` is the answer of what counts a list that is given as a file. */
const countedColumns = Type.Object({
  ...countShape.properties,
  columns: Type.Array(Type.String(), { description: 'Those of the file, for who asks' }),
})

/** `wantedOf` gives the columns that are asked for. Throws invalid_input naming one that there is not. */
function wantedOf(all: readonly string[], asked: string | undefined): readonly string[] {
  const wanted = asked?.split(',').map((one) => one.trim())
  const unknown = wanted?.find((one) => !all.includes(one))
  if (unknown !== undefined) throw refusalFor(invalid('columns', `there is no column ${unknown}`))
  return wanted ?? all
}

/** Told is told of rows of a file as they are written. */
export type Told = (rows: number) => void

/** `withRows` tells of the rows of pages as they are read. */
export async function* withRows<Row>(pages: AsyncIterable<Row[]>, told: Told): AsyncGenerator<Row[]> {
  for await (const rows of pages) {
    yield rows
    told(rows.length)
  }
}

/** `beginning` gives again what was read of pages already. */
export async function* beginning<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first
  yield* rest
}

/** `media` are the types of files: CSV, and JSON line by line. */
const media = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const

/**
 * `sendFile` sends a list as a file, of CSV unless said otherwise. The trail has who had it, with which filter and how many rows, in a line when it begins and in another
 * one when it has ended, or was broken off; not where it is the caller's own.
 */
export async function sendFile(
  { desk, params, query, reply }: Pick<Call<PersonAsking>, 'desk' | 'params' | 'query' | 'reply'>,
  {
    list,
    name,
    format = 'csv',
    isOwn = false,
  }: { list: string; name: string; format?: keyof typeof media; isOwn?: boolean },
  write: (told: Told) => AsyncIterable<string>,
): Promise<object> {
  const filter = { ...(params as object), ...(query as object) }
  const id = isOwn ? undefined : await beginExport(desk.change, { list, filter })
  let sent = 0
  const file = async function* (): AsyncGenerator<string> {
    try {
      yield* write((rows) => {
        sent += rows
      })
    } finally {
      if (id !== undefined)
        await endExport(desk.change, id, sent).catch((error: unknown) =>
          reply.log.warn({ err: error }, `how many rows of ${list} were sent was not noted`),
        )
    }
  }
  reply
    .type(`${media[format]}; charset=utf-8`)
    .header('content-disposition', `attachment; filename="${name}.${format}"`)
  return reply.send(Readable.from(file(), { objectMode: false })) as object
}

type Row = Record<string, unknown>

type AnyList<Caller> = Pick<Route<string, Caller>, 'handle' | 'everything'>

/** Listed is what a list answers: a page of it, or all of it where there are few. */
type Listed = { page: { items: Row[]; next_cursor: string | null } } | { items: Row[] }

/** `pagesOf` reads a list to its end, as its caller would. */
async function* pagesOf<Caller>(list: AnyList<Caller>, call: Call<Caller>): AsyncGenerator<Row[]> {
  if (list.everything) return yield* list.everything(call) as AsyncGenerator<Row[]>
  let cursor: string | null = null
  do {
    const query: object = { ...(call.query as object), limit: PAGE, ...(cursor !== null && { cursor }) }
    const asked = Object.create(call, { query: { value: query } }) as Call<Caller>
    const listed = (await list.handle(asked)) as Listed
    const page = 'page' in listed ? listed.page : { ...listed, next_cursor: null }
    yield page.items
    cursor = page.next_cursor
  } while (cursor !== null)
}

async function counted<Caller>(
  list: AnyList<Caller> & Pick<AnyRoute, 'answer'>,
  call: Call<Caller>,
): Promise<Static<typeof countedColumns>> {
  let columns: readonly string[] | undefined
  const pages = async function* () {
    for await (const rows of pagesOf(list, call)) {
      columns ??= columnsOf(list, rows[0])
      yield rows
    }
  }
  const count = await countRows(pages())
  return { ...count, columns: [...(columns ?? [])] }
}

/** `countRows` counts the rows of pages as far as a list is counted. */
export const countRows = (pages: AsyncIterable<readonly unknown[]>): Promise<Counted> =>
  countUpTo(pages, ({ length }) => length, { max: MAX_COUNTED, ms: COUNT_MS })

/**
 * `columnsOf` gives the columns of a list's file: what only some callers see is missing in every row for the others. An object of known values is a column for
 * each of these, as `health.open`.
 */
function columnsOf(list: Pick<AnyRoute, 'answer'>, row: Row | undefined): string[] {
  const answer = propertiesOf(list.answer)
  const { items } = ('page' in answer ? propertiesOf(answer['page'] as TSchema) : answer) as {
    items: { items: TSchema }
  }
  return columnsIn(items.items, row).filter((column) => column !== 'version')
}

function columnsIn(shape: TSchema, row: Row | undefined): string[] {
  const { required: needed = [] } = shape as { required?: string[] }
  return Object.entries(propertiesOf(shape)).flatMap(([name, value]) => {
    if (!needed.includes(name) && !(row && name in row)) return []
    const within = columnsIn(value as TSchema, row?.[name] as Row | undefined)
    return within.length === 0 ? [name] : within.map((one) => `${name}.${one}`)
  })
}

/** `valueIn` gives what a row has in a column. */
const valueIn = (row: Row, column: string): unknown =>
  column.split('.').reduce<unknown>((value, name) => (value as Row | null | undefined)?.[name], row)

/** `csvOf` writes a line for each thing, for spreadsheets: UTF-8 with a byte order mark, lines as RFC 4180 has them, and no text that is a formula. */
export async function* csvOf(
  pages: AsyncIterable<Row[]>,
  columns: readonly string[],
  delimiter: string,
): AsyncGenerator<string> {
  const lines = (rows: Row[], header = false): string =>
    stringify(
      rows.map((row) => columns.map((column) => cellOf(valueIn(row, column)))),
      { columns: [...columns], header, bom: header, delimiter, record_delimiter: '\r\n' },
    )
  yield lines([], true)
  for await (const rows of pages) yield lines(rows)
}

/** `linesOf` writes a line of JSON for each thing, with all that the list has of it. */
async function* linesOf(pages: AsyncIterable<Row[]>): AsyncGenerator<string> {
  for await (const rows of pages) yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}

/** `cellOf` guards texts, which may be anybody's, and leaves numbers and amounts as they are. */
function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object') return asText(JSON.stringify(value))
  const text = String(value)
  return /^-?\d+(?:\.\d+)?$/.test(text) ? text : asText(text)
}

const propertiesOf = (schema: TSchema | undefined): Record<string, unknown> =>
  (schema as { properties?: Record<string, unknown> } | undefined)?.properties ?? {}
