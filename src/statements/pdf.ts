import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import type { BalanceChange } from '../ledger/balance-change.ts'
import { Pages } from './pdf-pages.ts'
import type { Statement } from './statement.ts'

/** MAX_LISTED bounds the movements that a PDF lists: of a month with more it has the balances and totals. */
export const MAX_LISTED = 2000

/**
 * `pdfOf` writes A4 pages with a head, the totals and a table of all movements. They are written one at a time, with a pause between
 * them in which the server does other things: a long statement takes its processor for most of a second.
 */
export async function* pdfOf(
  statement: Statement,
  movements: AsyncIterable<BalanceChange[]>,
): AsyncGenerator<Uint8Array> {
  // Loaded here, so that processes that write no PDF do not pay for it.
  const { default: Document } = await import('pdfkit')
  const { account, month } = statement
  const document = new Document({
    size: 'A4',
    // Nothing flows: every text has its place.
    margin: 0,
    info: {
      Title: `Statement ${month.text} of ${account.name}`,
      Creator: 'imeigate',
      Producer: 'imeigate',
      CreationDate: statement.madeAt,
    },
  })
  const chunks: Uint8Array[] = []
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  const ended = once(document, 'end')
  const isListed = statement.count <= MAX_LISTED
  const pages = new Pages(document, statement, { rows: isListed ? statement.count : 0 })
  pages.summary()
  if (!isListed) {
    pages.say(
      `This month has ${statement.count} movements. A PDF lists at most ${MAX_LISTED}: the CSV and JSON statements have all.`,
    )
  } else if (statement.count > 0) {
    pages.tableHead()
    for await (const piece of movements) {
      for (const one of piece) {
        if (!pages.row(one)) continue
        yield Buffer.concat(chunks.splice(0))
        await setImmediate()
      }
    }
  } else pages.say('Nothing moved in this month.')
  document.end()
  await ended
  yield Buffer.concat(chunks)
}
