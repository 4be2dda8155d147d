import { isUtf8 } from 'node:buffer'
import { extname } from 'node:path'
import { type ImportFormat, importServices } from '../catalogue/import.ts'
import { shownValue } from '../catalogue/import-rows.ts'
import { Refusal } from '../errors.ts'
import { withDatabase } from './connection.ts'
import { readBytes, textOfFile } from './input.ts'
import type { Answer } from './output.ts'
import { progressBar } from './progress.ts'
import { refusedFile } from './refused-file.ts'

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
  if (!result.ok) return refusedFile(result.faults, { place: format === 'csv' ? 'line' : 'index', file })
  const { created, updated, unchanged, prices } = result.value
  const counts = `${created} new, ${updated} changed, ${unchanged} unchanged services; ${prices} prices set`
  return {
    json: { ...result.value, dry_run: dryRun },
    text: dryRun ? `nothing is wrong; an import would give: ${counts}` : counts,
  }
}
