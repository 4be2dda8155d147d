import { lines, type Words } from './words.ts'

const items = (done: number, all: number): string => (all === 1 ? '' : `, ${done} de ${all} unidades`)
const more = (count: number): string => (count > 0 ? `y ${count} más` : '')

export const spanish: Words = {
  'order.done': ({ count, orders }) => ({
    title: count === 1 ? `El pedido ${orders[0]?.id} está listo` : `${count} pedidos están listos`,
    text: lines(
      ...orders.map(
        ({ id, what, done, all, amount }) => `${id} ${what}${items(done, all)}: se cobró ${amount}`,
      ),
      more(count - orders.length),
    ),
  }),
  'order.refunded': ({ count, total, orders }) => ({
    title:
      count === 1
        ? `Se devolvió ${total} por el pedido ${orders[0]?.id}`
        : `Se devolvió ${total} por ${count} pedidos`,
    text: lines(
      ...orders.map(({ id, what, amount, reason }) =>
        lines(`${id} ${what}: ${amount}`, reason && `   ${reason}`),
      ),
      more(count - orders.length),
    ),
  }),
  'deposit.credited': ({ count, total, available }) => ({
    title:
      count === 1 ? `Se acreditó su depósito de ${total}` : `Se acreditaron ${count} depósitos: ${total}`,
    text: `Ahora puede gastar ${available}.`,
  }),
  'deposit.refused': ({ amount, reference, reason, available }) => ({
    title: `No se acreditó su depósito de ${amount}`,
    text: lines(
      reference && `Lo que usted envió: ${reference}`,
      reason && `Motivo: ${reason}`,
      `Lo que puede gastar no ha cambiado: ${available}.`,
    ),
  }),
  'price.changed': ({ count, prices }) => ({
    title: count === 1 ? 'Ha cambiado un precio' : `Han cambiado ${count} precios`,
    text: lines(
      ...prices.map(({ service, before, now }) => `${service}: ${now} en lugar de ${before}`),
      more(count - prices.length),
    ),
  }),
  'balance.low': ({ name, available, mark }) => ({
    title: `El saldo de ${name} es bajo: ${available}`,
    text: `Está por debajo de ${mark}. Se rechazan los pedidos que cuesten más de lo que queda.`,
  }),
  'webhook.paused': ({ host, since }) => ({
    title: `Su webhook a ${host} está en pausa`,
    text: lines(
      `Falló durante días; está en pausa desde ${since}. Lo que ocurra se guarda.`,
      'Cuando esté arreglado, pida a la tienda que lleva este servidor que lo reanude.',
    ),
  }),
  over: (since) => `Esto terminó a las ${since}.`,
}
