import { importRows } from '../catalogue/import.ts'
import { withReadPrices } from '../catalogue/import-prices.ts'
import type { ImportRow } from '../catalogue/import-rows.ts'
import type { ServiceId } from '../lib/ids.ts'
import { NewCodes } from '../sync/codes.ts'
import type { Move, Part, Told } from './move.ts'
import { type Row, shownCell } from './rows.ts'

/**
 * `servicesPart` makes services under the ids that they bring, or changes those that have them, as an import of the catalogue does: in one
 * transaction. A catalogue is as large as what a server keeps in memory.
 */
export function servicesPart(move: Move, told: Told): Part {
  const rows: Row[] = []
  return {
    async take(some) {
      rows.push(...some)
    },
    async end() {
      const forms = withCodes(rows, move)
      const wrong = await importAll(move, forms, true)
      for (const { path, message, value } of wrong) {
        const [line, column] = path as [number, string | undefined]
        told.refuse({
          line,
          message,
          ...(column !== undefined && { column }),
          ...(value !== undefined && shownCell('services', column ?? '', value)),
        })
      }
      // The rows of one service stand or fall together.
      const lines = new Set(wrong.map(({ path }) => path[0]))
      const codes = new Set(forms.filter(({ at }) => lines.has(at)).map(({ form }) => form['code']))
      const right = forms.filter(({ form }) => !codes.has(form['code']))
      for (const { form } of forms) {
        if (codes.has(form['code'])) move.known.refuse('service', String(form['id']), String(form['code']))
      }
      for (const { form } of right) {
        move.known.addService({ code: String(form['code']), id: Number(form['id']) as ServiceId })
      }
      await importAll(move, right, !move.writes, told)
    },
  }
}

/** `withCodes` gives each service the code that it has here, or a new one of its name. */
function withCodes(rows: Row[], { known }: Move): ImportRow[] {
  const codes = new NewCodes(known.codes)
  const given = new Map<string, string>()
  const forms = rows.map(({ line, cells }): ImportRow => {
    const id = cells['id'] ?? ''
    let code = cells['code'] ?? given.get(id)
    code ??= known.service(id)?.code ?? codes.codeOf(cells['name'] ?? `service ${id}`)
    given.set(id, code)
    return { at: line, form: { ...cells, code } }
  })
  return withReadPrices(forms)
}

/** `importAll` gives what is wrong with the rows; with a `told` it says what becomes of them. */
async function importAll(move: Move, rows: ImportRow[], dryRun: boolean, told?: Told) {
  const result = await importRows(
    move.sql,
    { rows, faults: [] },
    {
      dryRun,
      newGroups: move.known.groupNames,
      onService: ({ at, code, what, columns }) => {
        if (what === 'created') {
          if (told) told.count.made++
        } else told?.known({ line: at }, `service ${code}`, columns)
      },
    },
  )
  return result.ok ? [] : result.faults
}
