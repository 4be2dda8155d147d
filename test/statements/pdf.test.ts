import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { BalanceChange } from '../../src/ledger/balance-change.ts'
import type { AccountId, EntryId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { parseMonth } from '../../src/statements/month.ts'
import { MAX_LISTED, pdfOf } from '../../src/statements/pdf.ts'
import { shownText } from '../../src/statements/pdf-text.ts'
import type { Statement } from '../../src/statements/statement.ts'

const statement = (count: number): Statement => ({
  account: {
    id: 1 as AccountId,
    name: 'Żółta Ćma — 電話店',
    username: 'shop',
    email: 's@example.com',
    currency: 'IDR',
  },
  month: parseMonth('2026-05'),
  complete: true,
  madeAt: new Date('2026-06-02T00:00:00Z'),
  opening: micros(0n),
  closing: micros(BigInt(count)),
  credits: micros(BigInt(count)),
  debits: micros(0n),
  totals: [{ type: 'credit', reason: 'deposit', count, amount: micros(BigInt(count)) }],
  count,
  captured: micros(0n),
  refunded: micros(0n),
  ids: { after: 0 as EntryId, last: count as EntryId },
})

async function* movements(count: number): AsyncGenerator<BalanceChange[]> {
  for (let n = 1; n <= count; n++) {
    const id = n as EntryId
    const createdAt = new Date('2026-05-05T05:05:05Z')
    const [amount, balanceAfter] = [micros(1n), micros(BigInt(n))]
    const note = 'Ünïcode, شكرا, 😀 '.repeat(n % 7)
    yield [
      {
        id,
        transactionId: id,
        type: 'credit',
        reason: 'deposit',
        amount,
        balanceAfter,
        note,
        orderId: null,
        createdAt,
      },
    ]
  }
}

/** `textsOf` gives every text of a PDF, page by page. */
async function textsOf(count: number): Promise<string[][]> {
  const pdf = await buffer(Readable.from(pdfOf(statement(count), movements(count))))
  const pages: string[][] = []
  for (let from = 0; ; ) {
    const start = pdf.indexOf('stream\n', from)
    if (start < 0) return pages
    const end = pdf.indexOf('\nendstream', start)
    const content = inflateSync(pdf.subarray(start + 7, end)).toString('latin1')
    pages.push(
      [...content.matchAll(/\[(.*?)\] TJ/g)].map(([, pieces = '']) =>
        [...pieces.matchAll(/<(\w+)>/g)]
          .map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1'))
          .join(''),
      ),
    )
    from = end + 10
  }
}

test('it has as many pages as it says, also where the last row just fits', async () => {
  // 42 rows fit below this summary, 52 on a further page.
  for (const [rows, count] of [
    [0, 1],
    [1, 1],
    [42, 1],
    [43, 2],
    [94, 2],
    [95, 3],
  ] as const) {
    const pages = await textsOf(rows)
    expect(pages, `${rows} rows`).toHaveLength(count)
    for (const [index, texts] of pages.entries()) expect(texts).toContain(`Page ${index + 1} of ${count}`)
    expect(pages.flat().filter((text) => text === '2026-05-05 05:05')).toHaveLength(rows)
  }
})

test('it says whose it is, what it comes to, and every movement', async () => {
  const [first = [], second = []] = await textsOf(50)
  expect(first).toEqual(
    expect.arrayContaining(['May 2026', 'Amounts in IDR', '2026-05-01 to 2026-05-31 (UTC)']),
  )
  expect(first).toEqual(expect.arrayContaining(['Opening balance', '0', 'Deposits (50)', '0.00005']))
  expect(second.slice(-4)).toEqual([
    '50',
    expect.stringMatching(/^Deposit: \xdcn\xefcode, \?{4}/),
    '0.000001',
    '0.00005',
  ])
})

test('of more movements than it lists it has the totals, and says so', async () => {
  const pages = await textsOf(MAX_LISTED + 1)
  expect(pages).toHaveLength(1)
  expect(pages[0]?.join('\n')).toContain(`This month has ${MAX_LISTED + 1} movements`)
})

test('letters that the fonts lack become others or question marks', () => {
  expect(shownText('Żółta Ćma — €5 “ok” ﬁn')).toBe('Zólta Cma — €5 “ok” fin')
  expect(shownText('Ремонт 電話 😀')).toBe('?????? ?? ?')
  expect(shownText('a\u202eb\u200dc')).toBe('abc')
})
