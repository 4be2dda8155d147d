import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { isForPaper } from '../../src/brand/paper-logo.ts'
import type { BalanceChange } from '../../src/ledger/balance-change.ts'
import type { AccountId, EntryId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { parseMonth } from '../../src/statements/month.ts'
import { MAX_LISTED, pdfOf } from '../../src/statements/pdf.ts'
import { visualRuns } from '../../src/statements/pdf-fonts.ts'
import type { Statement } from '../../src/statements/statement.ts'
import { readPdf } from './read-pdf.ts'

const statement = (count: number): Statement => ({
  account: {
    id: 1 as AccountId,
    name: 'Żółta Ćma — 電話店',
    username: 'shop',
    email: 's@example.com',
    currency: 'IDR',
    address: '',
    taxId: '',
  },
  seller: undefined,
  contacts: [],
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

const LACKING = '"?" stands for letters that the fonts of this document lack.'

async function* movements(count: number, noteOf = longNote): AsyncGenerator<BalanceChange[]> {
  for (let n = 1; n <= count; n++) {
    const id = n as EntryId
    const createdAt = new Date('2026-05-05T05:05:05Z')
    const [amount, balanceAfter] = [micros(1n), micros(BigInt(n))]
    const note = noteOf(n)
    yield [
      {
        id,
        transactionId: id,
        type: 'credit',
        reason: 'deposit',
        amount,
        balanceAfter,
        note,
        happening: 'deposit',
        position: null,
        words: note,
        orderId: null,
        createdAt,
      },
    ]
  }
}

const longNote = (n: number): string => 'Ünïcode, شكرا, 😀 '.repeat(n % 7)

/** `textsOf` gives every text of a PDF, page by page. */
async function textsOf(count: number, noteOf = longNote): Promise<string[][]> {
  const pdf = await buffer(Readable.from(pdfOf(statement(count), movements(count, noteOf))))
  return readPdf(pdf)
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
  expect(second.slice(-7)).toEqual([
    '50',
    'Deposit: Ünïcode, ',
    'اركش',
    ', 😀 ',
    '0.000001',
    '0.00005',
    LACKING,
  ])
})

test('of more movements than it lists it has the totals, and says so', async () => {
  const pages = await textsOf(MAX_LISTED + 1)
  expect(pages).toHaveLength(1)
  expect(pages[0]?.join('\n')).toContain(`This month has ${MAX_LISTED + 1} movements`)
})

const named = (name: string): Statement => ({ ...statement(0), account: { ...statement(0).account, name } })

test('names and notes are read back in every alphabet that the font has, and stand in another form where it has none', async () => {
  const notes = [
    'Ремонт телефонов',
    'Sửa điện thoại',
    'Επισκευή',
    'Żółta Ćma',
    'ﬁ ﬂ €5 “ok”',
    '電話店 😀',
    'a\u202eb\u200dc',
  ]
  const [page = []] = await textsOf(notes.length, (n) => notes[n - 1] ?? '')
  const texts = page.filter((text) => text.startsWith('Deposit: ')).map((text) => text.slice(9))
  expect(texts).toEqual([
    'Ремонт телефонов',
    'Sửa điện thoại',
    'Επισκευή',
    'Żółta Ćma',
    'ﬁ ﬂ €5 “ok”',
    '??? 😀',
    'abc',
  ])
  expect(page.join('')).toContain('Żółta Ćma — ???')
  expect(page).toContain(LACKING)
  const [whole = []] = readPdf(await buffer(Readable.from(pdfOf(named('Żółta'), movements(0)))))
  expect(whole).not.toContain(LACKING)
})

test('words from right to left stand in their order, numbers and Latin words among them in theirs, and letters are joined', async () => {
  const [page = []] = await textsOf(1, () => 'متجر iPhone 15 الهاتف')
  const text = page.join('|')
  // A reader finds the glyphs from left to right.
  const reversed = (word: string): string => [...word].reverse().join('')
  const places = ['Deposit: ', reversed('متجر'), 'iPhone 15', reversed('الهاتف')].map((word) =>
    text.indexOf(word),
  )
  expect(places).not.toContain(-1)
  expect(places).toEqual([...places].sort((a, b) => a - b))
})

test.each([
  ['שלום עולם', ['שלום עולם']],
  ['שלום 15 עולם', [' עולם', '15', 'שלום ']],
  ['a שלום b', ['a ', 'שלום', ' b']],
])('%s is drawn from left to right as %j', (text, runs) => {
  expect(visualRuns(text)).toEqual(runs)
})

test('it says who sells, and where the account is, once that is known', async () => {
  const known: Statement = {
    ...statement(0),
    seller: { name: 'Магазин', address: 'Main Street 1\nRiga', taxId: 'LV-1', contact: 'a@b.c', prefix: '' },
    contacts: ['shop.example.com', '@corner'],
  }
  const said = { ...known, account: { ...known.account, address: 'Đường Láng 1\nHà Nội', taxId: 'VN-7' } }
  const [page = []] = readPdf(await buffer(Readable.from(pdfOf(said, movements(0)))))
  expect(page).toContain('Đường Láng 1, Hà Nội, Tax id: VN-7')
  expect(page).toContain('From Магазин, Main Street 1, Riga, Tax id: LV-1, a@b.c')
  expect(page).toContain('Questions: shop.example.com, @corner')
})

/** `png` is a picture of one colour, half transparent. `filter` is how its rows say that they are packed. */
function png(width: number, height: number, { filter = 0, bits = 8 } = {}): Buffer {
  const part = (name: string, content: Buffer): Buffer => {
    const size = Buffer.alloc(4)
    size.writeUInt32BE(content.length)
    return Buffer.concat([size, Buffer.from(name, 'latin1'), content, Buffer.alloc(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([bits, 6, 0, 0, 0], 8)
  const row = Buffer.from([filter, ...Array.from({ length: width }, () => [11, 93, 107, 128]).flat()])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    ...[part('IHDR', head), part('IDAT', pixels), part('IEND', Buffer.alloc(0))],
  ])
}

test('the logo of the shop stands above a statement, and moves nothing off its page', async () => {
  const whole = async (logo?: Buffer) =>
    await buffer(Readable.from(pdfOf(statement(50), movements(50), async () => logo)))
  const [without, withLogo] = [await whole(), await whole(png(200, 40))]
  expect(without.includes('/Subtype /Image')).toBe(false)
  expect(withLogo.includes('/Subtype /Image')).toBe(true)
  const texts = readPdf(withLogo).flat().join('\n')
  expect(texts).toContain('Page 1 of 2')
  expect(texts).toContain('Page 2 of 2')
})

test('a PNG that a PDF cannot be made of is found before', async () => {
  const whole = png(20, 10)
  const verdicts = [whole, png(2000, 1000), png(20, 10, { bits: 16 }), png(20, 10, { filter: 5 })]
  const cut = [
    whole.subarray(0, 40),
    whole.subarray(0, whole.length - 12),
    Buffer.concat([whole.subarray(0, 60), whole.subarray(70)]),
  ]
  expect(await Promise.all([...verdicts, ...cut].map(isForPaper))).toEqual([true, ...Array(6).fill(false)])
})
