import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeAccount } from '../../src/accounts/accounts.ts'
import { readTrail } from '../../src/audit/trail.ts'
import { refund } from '../../src/fulfilment/after/refunds.ts'
import { findInvoice, issueInvoice, linesOf, listInvoices } from '../../src/invoices/invoices.ts'
import { invoicePdf } from '../../src/invoices/pdf.ts'
import { setSeller } from '../../src/invoices/seller.ts'
import type { OrderId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import { FakeSupplier, REFUSED, SUCCESS, until, Workshop } from '../fulfilment/fulfilment.fixtures.ts'
import { input } from '../orders/orders.fixtures.ts'
import { readPdf } from '../statements/read-pdf.ts'
import { imei } from '../support/server.ts'

const DAY = 86_400_000
let shop: Workshop
beforeEach(async () => {
  shop = await Workshop.open()
  let sent = 0
  shop.workers(new FakeSupplier(async () => (sent++ % 3 === 2 ? REFUSED : SUCCESS)))
})
afterEach(() => shop.close())

const SELLER = {
  name: 'Cửa hàng Điện thoại',
  address: 'Đường Láng 1\nHà Nội',
  taxId: 'VN 0100',
  prefix: '2030-',
}

/** An order of three items at 10, the last of which is refused. */
async function order(n: number): Promise<OrderId> {
  const id = await shop.place(n, {
    items: [0, 1, 2].map((at) => input(shop.service, imei(n * 10 + at))),
    reference: `ref-${n}`,
  })
  await until(async () => (await shop.order(id)).finishedAt !== null)
  return id
}
const issue = (month: string) => issueInvoice(shop.sql, shop.account, month, 'cli:ann', shop.clock)
const lines = async (number: number) => {
  const all = []
  for await (const piece of linesOf(shop.sql, await findInvoice(shop.sql, number))) all.push(...piece)
  return all
}

test('an invoice has a line for each item that was charged, and for what was given back, in the month in which it was', async () => {
  await setSeller(shop.sql, SELLER)
  await changeAccount(shop.sql, shop.account, { address: 'Main Street 1', taxId: 'US-7' })
  const first = await order(1)
  shop.clock.advance(31 * DAY)
  await refund(
    shop.sql,
    { accountId: shop.account, orderId: first },
    { reason: 'wrong', items: [1], amount: micros(4n), reference: 'r1' },
    'cli:ann',
    shop.clock,
  )
  await expect(issue('2030-02')).rejects.toThrow('2030-02 has not ended')
  shop.clock.advance(31 * DAY)
  expect(await issue('2030-01')).toMatchObject({
    ...{ number: 1, month: '2030-01', total: 20n, lineCount: 2, seller: SELLER, actor: 'cli:ann' },
    customer: { address: 'Main Street 1', taxId: 'US-7' },
  })
  expect(await issue('2030-02')).toMatchObject({ number: 2, total: -4n, lineCount: 1 })
  const common = { orderId: first, service: shop.service.name, reference: 'ref-1' }
  expect(await lines(1)).toMatchObject([
    { ...common, position: 1, input: imei(10), amount: 10n },
    { ...common, position: 2, input: imei(11), amount: 10n },
  ])
  expect(await lines(2)).toMatchObject([{ ...common, input: imei(10), amount: -4n }])
  await expect(issue('2030-01')).rejects.toThrow('2030-01 is invoiced already, as 2030-1')
  await expect(shop.sql`update invoices set total = 0`.execute()).rejects.toThrow()
  await expect(shop.sql`delete from invoice_lines`.execute()).rejects.toThrow()
  const { items } = await readTrail(shop.sql, { what: 'invoice', limit: 10 })
  expect(items).toMatchObject([{ subject: '2' }, { subject: '1', actor: 'cli:ann' }])

  // What changes afterwards changes no invoice.
  await setSeller(shop.sql, { name: 'Another' })
  const [page = []] = readPdf(
    await buffer(
      Readable.from(
        invoicePdf(await findInvoice(shop.sql, 1), linesOf(shop.sql, await findInvoice(shop.sql, 1))),
      ),
    ),
  )
  expect(page).toEqual(
    expect.arrayContaining([
      ...[
        '2030-1',
        'Cửa hàng Điện thoại',
        'Đường Láng 1',
        'Hà Nội',
        'Tax id: VN 0100',
        'Main Street 1',
        'Tax id: US-7',
      ],
      ...[String(first), shop.service.name, `${imei(10)} / ref-1`, '0.00001', '0.00002 USD'],
    ]),
  )
})

test('numbers have no gaps, whatever is refused and however many are made at once', async () => {
  await expect(issue('2030-01')).rejects.toThrow('nobody has said who sells')
  await setSeller(shop.sql, SELLER)
  for (const n of [1, 2, 3]) {
    await order(n)
    shop.clock.advance(31 * DAY)
  }
  const months = ['2030-01', '2029-12', '2030-02', '2030-01', '2030-03', '2029-11', '2030-02']
  const made = await Promise.allSettled(months.map(issue))
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  expect((await listInvoices(shop.sql, { limit: 10 })).map(({ number }) => number)).toEqual([3, 2, 1])
})

test.each([
  [{ name: '' }, 'name'],
  [{ name: 'a\nb' }, 'name'],
  [{ name: 'Shop', address: 'x'.repeat(501) }, 'address'],
  [{ name: 'Shop', prefix: 'x'.repeat(21) }, 'prefix'],
])('a seller that cannot be is refused by name: %j', async (seller, field) => {
  await expect(setSeller(shop.sql, seller)).rejects.toThrow(field)
})
