// Asks any Dhru panel for the balance, places an order, and asks what became of it.
// DHRU_URL=http://127.0.0.1:8080/api/dhru DHRU_USERNAME=... DHRU_KEY=... node dhru.ts
import { DhruClient, sendTo } from 'imeigate/client'

const { DHRU_URL: url = '', DHRU_USERNAME: username = '', DHRU_KEY: apiaccesskey = '' } = process.env
const panel = new DhruClient(
  { username, apiaccesskey, encoding: 'urlencoded', one: 'xml', many: 'json' },
  sendTo(url),
)

const { answer: account } = await panel.account()
if (account.kind === 'account') console.log(`balance: ${account.credit} ${account.currency}`)

const { answer: placed } = await panel.place('placeimeiorder', {
  fields: { ID: 'blacklist', IMEI: '490154203237518' },
})
if (placed.kind === 'placed') {
  const { answer: status } = await panel.status('getimeiorder', placed.reference)
  if (status.kind === 'status') console.log(`order ${placed.reference} is ${status.state}: ${status.text}`)
} else if (placed.kind === 'refused') {
  console.log(`refused (${placed.refusal.meaning}): ${placed.refusal.message}`)
} else {
  // It may have been placed: look at the panel before you send it again.
  console.log(`nobody knows: ${placed.why}`)
}
