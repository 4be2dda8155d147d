import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import type { BalanceChange } from '../../src/ledger/balance-change.ts'
import type { EntryId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { csvOf } from '../../src/statements/csv.ts'
import { parseMonth } from '../../src/statements/month.ts'
import type { Statement } from '../../src/statements/statement.ts'

const statement = {
  account: { currency: 'USD' },
  month: parseMonth('2026-05'),
  complete: true,
  opening: micros(0n),
  closing: micros(-2_500_000n),
} as Statement

async function* movementsWith(notes: string[]): AsyncGenerator<BalanceChange[]> {
  for (const [index, note] of notes.entries()) {
    yield [
      {
        id: (index + 1) as EntryId,
        type: 'debit',
        reason: 'adjustment',
        amount: micros(2_500_000n),
        balanceAfter: micros(-2_500_000n),
        createdAt: new Date('2026-05-02T00:00:00Z'),
        orderId: null,
        note,
      } as BalanceChange,
    ]
  }
}

const csvWith = async (notes: string[]): Promise<string> =>
  (await Array.fromAsync(csvOf(statement, movementsWith(notes)))).join('')

const formulas = ['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '＋1', '－1', '＠A1']
const before = [
  '',
  ' ',
  '\t',
  '\r',
  '\n',
  '\0',
  '\u0001\u00a0',
  '\ufeff',
  '\u200b',
  '\u202e',
  '\u2028',
  ' \t\0',
]

test.each(formulas)('no spreadsheet runs a note that begins with %s behind any blank', async (formula) => {
  const notes = before.map((blank) => `${blank}${formula}`)
  const rows = parse(await csvWith(notes), { columns: true, bom: true }) as Record<string, string>[]
  expect(rows.slice(1, -1).map(({ note }) => note)).toEqual(notes.map((note) => `'${note}`))
})

test.each(formulas)('nor one behind a semicolon: %s', async (formula) => {
  const notes = before.flatMap((blank) => [`paid;${blank}${formula}`, `paid;"${blank}${formula};${formula}`])
  const rows = parse(await csvWith(notes), { columns: true, bom: true }) as Record<string, string>[]
  for (const { note } of rows.slice(1, -1)) {
    const cells = (note ?? '').split(';')
    expect(cells.filter((cell) => /^["\p{C}\p{Z}]*[=+\-@＝＋－＠]/u.test(cell))).toEqual([])
  }
})

test('other notes, and amounts below zero, are written as they are', async () => {
  const notes = [
    'bank',
    'a = b',
    'a; b',
    'a-b; c@d',
    '"quoted", with a comma',
    'two\r\nlines',
    'one\nmore',
    "'=1",
    '',
  ]
  const csv = await csvWith(notes)
  const rows = parse(csv, { columns: true, bom: true }) as Record<string, string>[]
  expect(rows.slice(1, -1).map(({ note }) => note)).toEqual(notes)
  expect(new Set(rows.slice(1).map(({ balance }) => balance))).toEqual(new Set(['-2.50']))
})

test('the file begins with a byte order mark and the columns, and lines end as RFC 4180 says', async () => {
  expect(await csvWith(['bank'])).toBe(
    [
      '\ufefftime,id,type,reason,order_id,note,credit,debit,balance,currency',
      '2026-05-01T00:00:00.000Z,,opening,,,,,,0.00,USD',
      '2026-05-02T00:00:00.000Z,1,debit,adjustment,,bank,,2.50,-2.50,USD',
      '2026-06-01T00:00:00.000Z,,closing,,,,,,-2.50,USD',
      '',
    ].join('\r\n'),
  )
})
