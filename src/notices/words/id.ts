import { lines, type Words } from './words.ts'

const items = (done: number, all: number): string => (all === 1 ? '' : `, ${done} dari ${all} item`)
const more = (count: number): string => (count > 0 ? `dan ${count} lainnya` : '')

export const indonesian: Words = {
  'order.done': ({ count, orders }) => ({
    title: count === 1 ? `Pesanan ${orders[0]?.id} selesai` : `${count} pesanan selesai`,
    text: lines(
      ...orders.map(
        ({ id, what, done, all, amount }) => `${id} ${what}${items(done, all)}: ditagih ${amount}`,
      ),
      more(count - orders.length),
    ),
  }),
  'order.refunded': ({ count, total, orders }) => ({
    title:
      count === 1
        ? `${total} dikembalikan untuk pesanan ${orders[0]?.id}`
        : `${total} dikembalikan untuk ${count} pesanan`,
    text: lines(
      ...orders.map(({ id, what, amount, reason }) =>
        lines(`${id} ${what}: ${amount}`, reason && `   ${reason}`),
      ),
      more(count - orders.length),
    ),
  }),
  'deposit.credited': ({ count, total, available }) => ({
    title:
      count === 1 ? `Deposit Anda sebesar ${total} sudah masuk` : `${count} deposit sudah masuk: ${total}`,
    text: `Saldo yang dapat dipakai sekarang: ${available}.`,
  }),
  'deposit.refused': ({ amount, reference, reason, available }) => ({
    title: `Deposit Anda sebesar ${amount} tidak dimasukkan ke saldo`,
    text: lines(
      reference && `Bukti yang Anda kirim: ${reference}`,
      reason && `Alasan: ${reason}`,
      `Saldo yang dapat dipakai tidak berubah: ${available}.`,
    ),
  }),
  'price.changed': ({ count, prices }) => ({
    title: `${count} harga berubah`,
    text: lines(
      ...prices.map(({ service, before, now }) => `${service}: ${now}, sebelumnya ${before}`),
      more(count - prices.length),
    ),
  }),
  'balance.low': ({ name, available, mark }) => ({
    title: `Saldo ${name} menipis: ${available}`,
    text: `Itu di bawah ${mark}. Pesanan yang harganya melebihi sisa saldo akan ditolak.`,
  }),
  'webhook.paused': ({ host, since }) => ({
    title: `Webhook Anda ke ${host} dihentikan sementara`,
    text: lines(
      `Webhook ini gagal selama berhari-hari dan dihentikan sejak ${since}. Semua kejadian tetap disimpan.`,
      'Setelah diperbaiki, mintalah toko yang menjalankan server ini untuk mengaktifkannya kembali.',
    ),
  }),
  over: (since) => `Hal ini sudah berakhir pada ${since}.`,
}
