import { expect, test } from 'vitest'
import { readStatement } from '../../src/deposits/statement-file.ts'
import { formatMicros } from '../../src/lib/money.ts'

const now = new Date('2026-11-29T12:00:00Z')
const read = (text: string, over: Partial<Parameters<typeof readStatement>[1]> = {}) =>
  readStatement(text, { currency: 'IDR', timeZone: 'Asia/Jakarta', now, ...over })
const brief = (text: string, over: Partial<Parameters<typeof readStatement>[1]> = {}) =>
  read(text, over).lines.map(({ at, amount }) => `${at}: ${formatMicros(amount, over.currency ?? 'IDR')}`)

test.each([
  ['plain', 'date,amount,description\n2026-11-29,50037,from Budi\n', 'IDR', ['2026-11-29: 50037']],
  [
    'BCA, with a heading, marks behind the amount and no year',
    'Informasi Rekening\nNo. rekening : ,123\nPeriode : ,01/11/2026 - 30/11/2026\n\nTanggal Transaksi,Keterangan,Cabang,Jumlah,Saldo\n' +
      '\'29/11,"TRSF E-BANKING CR BUDI",0000,"50,037.00 CR","1,000.00"\n\'29/11,BIAYA,0000,"2,500.00 DB",1.00\nPEND,LATER,0000,"9,999.00 CR",\nSaldo Awal,,,"1.00",\n',
    'IDR',
    ['2026-11-29: 50037'],
  ],
  [
    'Mandiri, two columns and semicolons',
    'Tanggal;Keterangan;Debit;Kredit;Saldo\n29/11/26;MASUK;0,00;50.037,00;1\n29/11/26;KELUAR;7.000,00;0,00;1\n',
    'IDR',
    ['2026-11-29: 50037'],
  ],
  [
    'tabs and a named month',
    'Date\tDetails\tPaid In\tPaid Out\n29-Nov-2026\tx\t20.07\t\n',
    'USD',
    ['2026-11-29: 20.07'],
  ],
  ['Spanish', 'Fecha;Concepto;Importe\n29/11/2026;ABONO;1.020,07\n', 'EUR', ['2026-11-29: 1020.07']],
  [
    'Vietnamese',
    'Ngày giao dịch,Diễn giải,Số tiền ghi có\n29/11/2026,NAP,"150,037"\n',
    'VND',
    ['2026-11-29: 150037'],
  ],
  ['a time', 'date,amount\n2026-11-29 10:31:00,50037\n', 'IDR', ['2026-11-29 10:31:00: 50037']],
  ['a mark column', 'date,type,amount\n2026-11-29,CR,50037\n2026-11-29,DB,1\n', 'IDR', ['2026-11-29: 50037']],
  ...(
    [
      ['Spanish sides', 'Abono', 'Cargo'],
      ['sides with accents', 'CRÉDITO', 'Débito'],
      ['Indonesian sides', 'Pemasukan', 'Pengeluaran'],
      ['Turkish sides', 'Alacak', 'Borç'],
      ['Vietnamese sides', 'Có', 'Nợ'],
      ['German sides', 'Haben', 'Soll'],
      ['Chinese sides', '贷', '借'],
    ] as const
  ).map(([name, came, went]): [string, string, string, string[]] => [
    name,
    `date,type,amount\n2026-11-29,${came},50037\n2026-11-29,${went},50038\n`,
    'IDR',
    ['2026-11-29: 50037'],
  ]),
  [
    'kinds of payments, with signs',
    'date,type,amount\n2026-11-29,Transfer,50037\n2026-11-29,Fee,-1\n',
    'IDR',
    ['2026-11-29: 50037'],
  ],
  ['a minus', 'date,amount\n2026-11-29,-50037\n', 'IDR', []],
  ['a day of last year without its year', 'tanggal,jumlah\n30/11,50037\n', 'IDR', ['2025-11-30: 50037']],
])('a statement is read: %s', (_name, text, currency, lines) => {
  expect(brief(text, { currency })).toEqual(lines)
})

test('columns of other names are named', () => {
  expect(
    brief('when,how much\n11/29/2026,50037\n', {
      columns: { date: 'When', amount: 'how much' },
      dateOrder: 'mdy',
    }),
  ).toEqual(['2026-11-29: 50037'])
  expect(() => read('when,how much\n2026-11-29,1\n')).toThrow('--date-column')
  expect(() => read('date,amount\n2026-11-29,1\n', { columns: { id: 'no' } })).toThrow('--id-column')
})

test('every line that cannot be read is named, and nothing is read', () => {
  const text = 'date,amount\n2026-11-29,many\n13/29/2026,5\n2026-11-29,7\n'
  expect(() => read(text)).toThrow(/line 2: "many" is no amount in IDR \(and 1 other lines\)/)
})

test('a word that says neither in nor out is named where others say it: what went out must not be taken for what came in', () => {
  const text = 'date,d/k,amount\n2026-11-29,K,5\n2026-11-29,ZZ,50037\n2026-11-29,,7\n'
  expect(() => read(text)).toThrow('line 3: "ZZ" says neither in nor out')
  expect(brief(text.replace('ZZ', 'D'))).toEqual(['2026-11-29: 5', '2026-11-29: 7'])
})

test('a line has the same id in every file that has it, and lines that say the same have several', () => {
  const [one, two] = read('date,amount,note\n2026-11-29,5,a\n2026-11-29,5,a\n').lines
  const later = read('date,amount,note\n2026-11-30,6,b\n2026-11-29,5,a\n2026-11-29,5,a\n').lines
  expect(one?.id).not.toBe(two?.id)
  expect(later.slice(1).map(({ id }) => id)).toEqual([one?.id, two?.id])
  const own = { columns: { id: 'no' } }
  expect(read('no,date,amount\n77,2026-11-29,5\n', own).lines[0]?.id).toBe('line 77')
})
