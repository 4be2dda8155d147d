import { parse } from 'csv-parse/sync'

export const DEMO_PRICE_GROUP = 'Gold resellers'

const services = `code,kind,price,delivery_time,group,name,description
imei-basic,imei,0.05,Instant,IMEI checks,Basic IMEI Check,"Model, colour and storage from the IMEI."
blacklist,imei,0.12,Instant,IMEI checks,Worldwide Blacklist Check,Clean or reported lost or stolen.
carrier,imei,0.77,1-5 Minutes,IMEI checks,Carrier and Lock Status,Which network the phone is locked to.
carrier-once,imei,0.70,1-5 Minutes,IMEI checks,"Carrier Check, no repeats",The same IMEI twice is refused and names the earlier order.
unlock-network,imei,14.50,1-3 Days,Unlocking,Factory Unlock by Network,Needs the network that the phone is locked to.
unlock-model,imei,6.25,1-24 Hours,Unlocking,Unlock Code by Model,Needs the model; the PRD helps where it is known.
unlock-office,imei,9.90,1-6 Hours,Unlocking,Unlock in Office Hours,Orders are taken from 08:00 to 20:00 in Jakarta.
unlock-gold,imei,11.00,1-2 Days,Unlocking,Premium Unlock for Gold Resellers,Seen by one price group only.
serial-warranty,serial,0.09,Instant,Serial numbers,Warranty by Serial Number,The serial number goes in the IMEI field.
serial-lock,serial,0.15,Instant,Serial numbers,Activation Lock by Serial Number,Lock on or off.
tool-credits,server,1.00,1-15 Minutes,Server services,Repair Tool Credits,Credits for an account at the tool’s maker.
tool-licence,server,49.00,1-15 Minutes,Server services,"Repair Tool Licence, 12 Months",A new licence key.
tool-handmade,server,25.00,2-5 Days,Server services,Custom Firmware Request,"Done by a person, so orders stay pending in the demo."
`

const text = { type: 'text', required: true, options: [] }
const networks = ['Alpha Mobile', 'Beta Telecom', 'Gamma Wireless']

/** `more` has what only one service has, by its code. */
const more: Record<string, object> = {
  'carrier-once': { duplicate_policy: 'refuse' },
  'unlock-network': {
    fields: [{ name: 'NETWORK', label: 'Network', type: 'dropdown', required: true, options: networks }],
  },
  'unlock-model': {
    fields: [
      { ...text, name: 'MODEL', label: 'Model as printed on the phone' },
      { ...text, name: 'PRD', label: 'PRD', required: false },
    ],
  },
  'unlock-office': { opens_at: '08:00', closes_at: '20:00', time_zone: 'Asia/Jakarta' },
  'unlock-gold': { visible_to: [DEMO_PRICE_GROUP] },
  'tool-credits': {
    min_quantity: 5,
    max_quantity: 500,
    fields: [{ ...text, name: 'EMAIL', label: 'E-mail of the tool account' }],
  },
  'tool-handmade': { processing: 'manual', fields: [{ ...text, name: 'NOTES', label: 'What is needed' }] },
}

/**
 * `demoServices` is the demo's catalogue: every kind of service and every setting that a service can have, in four groups, in the form
 * that `imeigate service import` takes.
 */
export const demoServices = parse<{ code: string }>(services, { columns: true }).map((service) => ({
  ...service,
  ...{ currency: 'USD', supplier: 'sandbox', active: true },
  ...more[service.code],
}))
