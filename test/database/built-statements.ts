import { fileURLToPath } from 'node:url'
import type { Compilable } from 'kysely'
import { QUERYABLE } from './samples.ts'
import type { BuiltCall, RawStatement } from './source-statements.ts'

/**
 * `compileBuilt` gives the statements that places of src build, in every way that the samples lead to. Nothing is sent: each function is
 * called with a pool that writes down what it is to run, and answers with no rows, or with one whose every value is 1.
 */
export async function compileBuilt(calls: readonly BuiltCall[]): Promise<RawStatement[]> {
  const found = new Map<string, RawStatement>()
  const byPlace = new Map(calls.map((call) => [call.where, call]))
  for (const { file, exported, samples } of calls) {
    const module = await import(file)
    const make = module[exported]
    if (typeof make !== 'function') throw new Error(`${exported} of ${file} is not exported`)
    for (const sample of samples) {
      for (const rows of [[], [ONES]]) {
        const pool = writingDown(rows, (built, where) => {
          const call = byPlace.get(where)
          if (!call) throw new Error(`${where} sends a statement, and was not found`)
          const { sql: text, parameters } = built.compile()
          const kinds = parameters.map(kindOfValue)
          found.set(`${where} ${text} ${kinds}`, { where, text, parameters: kinds, columns: call.columns })
        })
        const given = sample.map((one) => (one === QUERYABLE ? pool : one))
        // The function's own result is of no interest.
        await Promise.resolve()
          .then(() => make(...given))
          .catch((error: unknown) => {
            if (String(error).includes('was not found')) throw error
          })
      }
    }
  }
  return [...found.values()]
}

const ONES = new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : 1), ownKeys: () => [] })

const root = fileURLToPath(new URL('../../', import.meta.url))

function writingDown(rows: unknown[], note: (built: Compilable, where: string) => void): unknown {
  const answer = Object.assign([...rows], { count: rows.length })
  const query = () =>
    Object.assign(Promise.resolve(answer), { records: async () => answer, execute: async () => answer })
  return Object.assign(query, {
    inTransaction: true,
    unsafe: async () => answer,
    run: async (built: Compilable) => {
      note(built, placeOf(new Error().stack ?? ''))
      return answer
    },
  })
}

/** `placeOf` gives the line of src that called. */
function placeOf(stack: string): string {
  const [, file, line] = /(src\/[\w./-]+\.sql\.ts):(\d+)/.exec(stack.replaceAll(root, '')) ?? []
  return `${file}:${line}`
}

function kindOfValue(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (value instanceof Date) return 'Date'
  if (value instanceof Uint8Array) return 'bytes'
  if (!Array.isArray(value)) return typeof value === 'object' ? undefined : typeof value
  const kind = kindOfValue(value[0])
  return kind && `${kind}[]`
}
