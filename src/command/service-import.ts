import { isUtf8 } from 'node:buffer'
import { extname } from 'node:path'
import { type ImportFormat, importServices } from '../catalogue/import.ts'
import { shownValue } from '../catalogue/import-rows.ts'
import { type Fault, Refusal } from '../errors.ts'
import { withDatabase } from './connection.ts'
import { readBytes, textOfFile } from './input.ts'
import { type Answer, printError } from './output.ts'
import { progressBar } from './progress.ts'

/** SHOWN_PROBLEMS is how many problems people are shown; machines get all of them. */
const SHOWN_PROBLEMS = 50

export async function importFile(file: string, { dryRun = false }: { dryRun?: boolean }): Promise<Answer> {
  const format: ImportFormat = extname(file).toLowerCase() === '.json' ? 'json' : 'csv'
  const bytes = await readBytes(file)
  const text = textOfFile(bytes)
  if (text.includes('\ufffd') && !isUtf8(bytes)) {
    const rows = text.split('\n')
    const at = rows.findIndex((row) => row.includes('\ufffd'))
    const said = JSON.stringify(shownValue(rows[at] ?? ''))
    throw new Refusal(
      'invalid_input',
      `${file} is neither UTF-8 nor UTF-16, line ${at + 1}: ${said}; nothing was written`,
      'file',
    )
  }
  const bar = progressBar()
  const result = await withDatabase(({ sql }) =>
    importServices(sql, text, format, { dryRun, onProgress: bar.progress.onWrite }),
  ).finally(bar.stop)
  if (!result.ok) return refused(result.faults, format, file)
  const { created, updated, unchanged, prices } = result.value
  const counts = `${created} new, ${updated} changed, ${unchanged} unchanged services; ${prices} prices set`
  return {
    json: { ...result.value, dry_run: dryRun },
    text: dryRun ? `nothing is wrong; an import would give: ${counts}` : counts,
  }
}

function refused(faults: readonly Fault[], format: ImportFormat, file: string): Answer {
  const place = format === 'csv' ? 'line' : 'index'
  const problems = faults.map(({ path: [at, field = null], value = null, message: reason }) => ({
    [place]: at,
    field,
    value,
    reason,
  }))
  const lines = faults
    .slice(0, SHOWN_PROBLEMS)
    .map((fault) => `${place} ${fault.path[0]}: ${faultText(fault)}`)
  if (problems.length > SHOWN_PROBLEMS) lines.push(`and ${problems.length - SHOWN_PROBLEMS} more`)
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  printError(new Refusal('invalid_input', `${count} in ${file}, nothing was written`, 'file'), false)
  return {
    json: { problems },
    text: lines.join('\n'),
    bad: true,
  }
}

function faultText({ path: [, column], value, message }: Fault): string {
  const shown = value !== undefined && !message.includes(value) && JSON.stringify(value)
  return [column, shown, message].filter(Boolean).join(' ')
}
