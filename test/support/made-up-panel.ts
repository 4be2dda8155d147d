import { createWriteStream } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { imei } from './server.ts'

/** PanelSize says how much a made-up panel has. */
export interface PanelSize {
  accounts: number
  services: number
  orders: number
}

export interface PanelAccount {
  id: number
  username: string
  key: string
  email: string
  currency: 'USD' | 'EUR' | 'IDR'
  group: 'VIP' | 'Resellers' | ''
  /** `balance` is in hundredths. */
  balance: number
  creditLimit: number
}

export interface PanelService {
  id: number
  name: string
  group: string
  type: 'IMEI' | 'SERVER'
  /** `cents` are of a US dollar. */
  cents: number
  time: string
  info: string
  quantity: boolean
}

export interface PanelOrder {
  id: number
  account: number
  service: number
  type: 'IMEI' | 'SERVER'
  imei: string
  status: 0 | 1 | 3 | 4
  code: string
  placed: string
  replied: string
}

/** PER_DOLLAR are the panel's exchange rates. */
const PER_DOLLAR = { USD: 1, EUR: 0.9, IDR: 16_000 }
const CURRENCIES = ['USD', 'EUR', 'IDR'] as const
const DAY_MS = 86_400_000
const FIRST_ORDER = Date.UTC(2026, 0, 1)

/** `pick` gives a number from 0 to below `most` that follows from others: the panel has the same each time. */
function pick(most: number, ...of: number[]): number {
  let mixed = 0x9e37_79b9
  for (const one of of) {
    mixed = Math.imul(mixed ^ one, 0x85eb_ca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
    mixed ^= mixed >>> 16
  }
  return (mixed >>> 0) % most
}

const KEY_SIGNS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** `keyOf` gives an access key as panels make them: XXX-XXX-..., eight times three. */
const keyOf = (account: number): string =>
  Array.from({ length: 8 }, (_, part) =>
    Array.from({ length: 3 }, (_, at) => KEY_SIGNS[pick(KEY_SIGNS.length, account, part, at)]).join(''),
  ).join('-')

/**
 * MadeUpPanel is a panel that resellers' shops use before the move: it answers as Dhru panels do, and gives what it has as files. It is written
 * from the facts of the wire, and shares no code with imeigate's own endpoint. What it has follows from its size; orders that shops place are
 * kept beside.
 */
export class MadeUpPanel {
  readonly size: PanelSize
  readonly #server: Server
  readonly #placed: PanelOrder[] = []
  readonly #spent = new Map<number, number>()

  constructor(size: PanelSize) {
    this.size = size
    this.#server = createServer((request, response) => {
      this.#answer(request).then(
        (answer) => response.setHeader('content-type', 'application/json').end(JSON.stringify(answer)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      )
    })
  }

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** `account` gives the nth (from 0). Their user names are such as panels allow. */
  account(n: number): PanelAccount {
    const usernames = [
      `shop${n}`,
      `Shop.${n}`,
      `gsm_${n}`,
      `Mobile Shop ${n}`,
      String(700_000 + n),
      `owner${n}@shops.example`,
    ]
    const owes = n % 10 === 3
    return {
      id: 5000 + n,
      username: usernames[n % usernames.length] as string,
      // One has a full stop, which also parts the two halves of a key of imeigate.
      key: n % 12 === 7 ? keyOf(n).replace('-', '.').replaceAll('-', '') : keyOf(n),
      email: `reseller${n}@mail.example`,
      // The first is the operator's own.
      currency: n === 0 ? 'USD' : (CURRENCIES[pick(3, n, 1)] as PanelAccount['currency']),
      group: n === 0 ? '' : n % 3 === 0 ? 'VIP' : n % 3 === 1 ? 'Resellers' : '',
      balance: owes ? -pick(5000, n, 2) - 1 : pick(2_000_000, n, 3) + 10_000,
      creditLimit: owes ? 10_000 : 0,
    }
  }

  service(n: number): PanelService {
    const type = n % 5 === 4 ? 'SERVER' : 'IMEI'
    return {
      id: 3 * n + 7,
      name: `Service ${n} – "Clean" & Barred, N°${n}`,
      group: `Group ${String(n % 40).padStart(2, '0')} ${type}`,
      type,
      cents: 50 + pick(5000, n, 4),
      time: n % 2 === 0 ? '1-5 Minutes' : '1-24 Hours',
      info: n % 7 === 0 ? `<b>Model ${n}</b><br>Not for barred phones;\nread it.` : '',
      quantity: type === 'SERVER' && n % 2 === 0,
    }
  }

  order(n: number): PanelOrder {
    const service = this.service(pick(this.size.services, n, 5))
    const isOpen = n >= this.size.orders - 20
    const status = isOpen ? (n % 2 === 0 ? 0 : 1) : pick(10, n, 6) < 8 ? 4 : 3
    const placed = FIRST_ORDER + Math.floor((n * 200 * DAY_MS) / this.size.orders)
    return {
      id: 100_000 + n,
      account: pick(this.size.accounts, n, 7),
      service: service.id,
      type: service.type,
      imei: service.type === 'IMEI' ? imei(n % 1_000_000, '35000000') : '',
      status,
      code: status === 4 ? `Code: ${n}<br>Clean, "yes"; ok` : status === 3 ? `Rejected: reason ${n % 9}` : '',
      placed: sqlTime(placed),
      replied: status >= 3 ? sqlTime(placed + 3_600_000) : '0000-00-00 00:00:00',
    }
  }

  /** `cents` gives what an account pays for a service, in hundredths of its currency: VIPs a tenth less, some a price of their own. */
  cents(account: PanelAccount, service: PanelService): number {
    const full = Math.round(service.cents * PER_DOLLAR[account.currency])
    if (this.#hasOwnPrice(account, service)) return this.#ownPrice(account, service)
    return account.group === 'VIP' ? Math.round(full * 0.9) : full
  }

  #hasOwnPrice({ id }: PanelAccount, { id: service }: PanelService): boolean {
    return id % 11 === 0 && service % 50 === 7
  }

  #ownPrice(account: PanelAccount, service: PanelService): number {
    return Math.round(service.cents * PER_DOLLAR[account.currency] * 0.8)
  }

  /** `write` writes what the panel has into a folder, in files such as panels export: their names of columns, their words. */
  async write(folder: string): Promise<void> {
    const { accounts, services, orders } = this.size
    const all = <T>(count: number, of: (n: number) => T): T[] =>
      Array.from({ length: count }, (_, n) => of(n))
    const everyone = all(accounts, (n) => this.account(n))
    await writeCsv(
      join(folder, 'groups.csv'),
      ['group_id', 'group_name'],
      [
        ['1', 'VIP'],
        ['2', 'Resellers'],
      ],
    )
    await writeCsv(
      join(folder, 'services.csv'),
      [
        'service_id',
        'service_name',
        'group_name',
        'type',
        'credit',
        'currency',
        'time',
        'info',
        'max_quantity',
        'supplier',
        'sort_order',
      ],
      rowsOf(services, (n) => {
        const service = this.service(n)
        return CURRENCIES.map((currency) => [
          ...[String(service.id), service.name, service.group, service.type],
          ...[money(Math.round(service.cents * PER_DOLLAR[currency])), currency, service.time, service.info],
          ...[service.quantity ? '100' : '', 'sandbox', String(n)],
        ])
      }),
    )
    await writeCsv(
      join(folder, 'accounts.csv'),
      [
        'user_id',
        'username',
        'full_name',
        'email',
        'currency',
        'group_id',
        'credit',
        'overdraft',
        'status',
        'last_ip',
      ],
      rowsOf(accounts, (n) => {
        const { id, username, email, currency, group, balance, creditLimit } = this.account(n)
        const groupId = group === '' ? '' : group === 'VIP' ? '1' : '2'
        return [
          [
            String(id),
            username,
            `Reseller ${n}`,
            email,
            currency,
            groupId,
            money(balance),
            money(creditLimit),
            '1',
            '192.0.2.1',
          ],
        ]
      }),
    )
    await writeCsv(
      join(folder, 'keys.csv'),
      ['user_id', 'apiaccesskey'],
      rowsOf(accounts, (n) => [[String(this.account(n).id), this.account(n).key]]),
    )
    await writeCsv(
      join(folder, 'prices.csv'),
      ['service_id', 'group_id', 'user_id', 'currency', 'price'],
      rowsOf(services, (n) => {
        const service = this.service(n)
        const id = String(service.id)
        return [
          ...CURRENCIES.map((currency) => [
            ...[id, '1', '', currency],
            money(Math.round(Math.round(service.cents * PER_DOLLAR[currency]) * 0.9)),
          ]),
          ...everyone
            .filter((account) => this.#hasOwnPrice(account, service))
            .map((account) => [
              id,
              '',
              String(account.id),
              account.currency,
              money(this.#ownPrice(account, service)),
            ]),
        ]
      }),
    )
    await writeCsv(
      join(folder, 'orders.csv'),
      [
        'order_id',
        'user_id',
        'service_id',
        'service_type',
        'imei',
        'status',
        'code',
        'credit',
        'date',
        'reply_date',
      ],
      rowsOf(orders, (n) => {
        const { id, account, service, type, imei: input, status, code, placed, replied } = this.order(n)
        const price = money(this.cents(this.account(account), this.#serviceOf(service)))
        return [
          [
            ...[String(id), String(this.account(account).id), String(service), type, input, String(status)],
            ...[code, price, placed, replied],
          ],
        ]
      }),
    )
  }

  #serviceOf(id: number): PanelService {
    return this.service((id - 7) / 3)
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const fields = fieldsOf(await buffer(request), request.headers['content-type'] ?? '')
    const account = Array.from({ length: this.size.accounts }, (_, n) => n).find((n) => {
      const { username, key } = this.account(n)
      return username === fields.get('username') && key === fields.get('apiaccesskey')
    })
    if (account === undefined) return refusal('Authentication Failed')
    const parameters = new Map(
      [...(fields.get('parameters') ?? '').matchAll(/<([A-Z]+)>([^<]*)<\/\1>/g)].map(
        ([, name = '', value = '']) => [name, value],
      ),
    )
    switch (fields.get('action')) {
      case 'accountinfo':
        return this.#accountInfo(account)
      case 'imeiservicelist':
        return this.#list(this.account(account))
      case 'placeimeiorder':
        return this.#place(account, parameters)
      case 'getimeiorder':
        return this.#status(account, 'IMEI', parameters.get('ID') ?? '')
      case 'getserverorder':
        return this.#status(account, 'SERVER', parameters.get('ID') ?? '')
      default:
        return refusal('Invalid Action')
    }
  }

  #accountInfo(n: number): unknown {
    const { username, email, currency, balance } = this.account(n)
    const raw = money(balance - (this.#spent.get(n) ?? 0))
    const info = { credit: `${raw} ${currency}`, creditraw: raw, mail: email, currency, username }
    return { SUCCESS: [{ message: 'Your Accout Info', AccoutInfo: info }], apiversion: '6.1' }
  }

  #list(account: PanelAccount): unknown {
    const list: Record<string, { GROUPNAME: string; GROUPTYPE: string; SERVICES: Record<string, unknown> }> =
      {}
    for (let n = 0; n < this.size.services; n++) {
      const service = this.service(n)
      const { id, name, group, type, time, info, quantity } = service
      list[group] ??= { GROUPNAME: group, GROUPTYPE: type, SERVICES: {} }
      list[group].SERVICES[id] = {
        SERVICEID: String(id),
        SERVICETYPE: type,
        SERVER: type === 'SERVER' ? '1' : '0',
        QNT: quantity ? 1 : 0,
        MINQNT: quantity ? 1 : 0,
        MAXQNT: quantity ? 100 : 0,
        CUSTOM: {
          allow: '0',
          bulk: '1',
          customname: '',
          custominfo: '',
          customlen: '15',
          maxlength: '15',
          regex: '',
          isalpha: '0',
        },
        SERVICENAME: name,
        CREDIT: money(this.cents(account, service)),
        TIME: time,
        INFO: info,
        ...Object.fromEntries(REQUIRES.map((one) => [`Requires.${one}`, 'None'])),
      }
    }
    return { SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST: list }], apiversion: '6.1' }
  }

  #place(account: number, parameters: ReadonlyMap<string, string>): unknown {
    const id = Number(parameters.get('ID'))
    if (!((id - 7) / 3 < this.size.services)) return refusal('Invalid Service')
    const service = this.#serviceOf(id)
    const number = 100_000 + this.size.orders + this.#placed.length
    this.#spent.set(account, (this.#spent.get(account) ?? 0) + this.cents(this.account(account), service))
    this.#placed.push({
      ...{ id: number, account, service: id, type: service.type, imei: parameters.get('IMEI') ?? '' },
      ...{ status: 4, code: 'done', placed: '', replied: '' },
    })
    return {
      ID: String(id),
      IMEI: parameters.get('IMEI'),
      SUCCESS: [{ MESSAGE: 'Order received', REFERENCEID: String(number) }],
      apiversion: '6.1',
    }
  }

  #status(account: number, type: PanelOrder['type'], id: string): unknown {
    const n = Number(id) - 100_000
    const order = n >= 0 && n < this.size.orders ? this.order(n) : this.#placed[n - this.size.orders]
    if (order?.account !== account || order.type !== type) return refusal('Invalid Order ID')
    const { status, code, imei: input } = order
    return {
      ID: id,
      SUCCESS: [{ IMEI: input, STATUS: String(status), CODE: code, COMMENTS: '' }],
      apiversion: '6.1',
    }
  }
}

const REQUIRES = [
  'Network',
  'Mobile',
  'Provider',
  'PIN',
  'KBH',
  'MEP',
  'PRD',
  'Type',
  'Locks',
  'Reference',
  'SN',
  'SecRO',
]

const refusal = (message: string) => ({
  ERROR: [{ MESSAGE: message, FULL_DESCRIPTION: '' }],
  apiversion: '6.1',
})

/** `money` writes hundredths as panels do. */
const money = (cents: number): string => (cents / 100).toFixed(2)

const sqlTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

/** `fieldsOf` reads a form as PHP does. */
function fieldsOf(body: Buffer, type: string): Map<string, string> {
  const [, boundary] = /boundary="?([^";]+)/.exec(type) ?? []
  if (boundary === undefined) return new Map(new URLSearchParams(body.toString()))
  const parts = body.toString().split(`--${boundary}`)
  return new Map(
    parts.flatMap((part) => {
      const [, name = '', value = ''] = /name="([^"]+)"\r\n\r\n([\s\S]*)\r\n$/.exec(part) ?? []
      return name === '' ? [] : [[name, value] as [string, string]]
    }),
  )
}

function* rowsOf(count: number, of: (n: number) => string[][]): Generator<string[]> {
  for (let n = 0; n < count; n++) yield* of(n)
}

const cell = (text: string): string => (/[",;\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** `writeCsv` writes as spreadsheets do: lines end with CR LF, and none of it is in memory. */
async function writeCsv(file: string, header: string[], rows: Iterable<string[]>): Promise<void> {
  function* lines(): Generator<string> {
    yield `\ufeff${header.join(',')}\r\n`
    let text = ''
    for (const row of rows) {
      text += `${row.map(cell).join(',')}\r\n`
      if (text.length < 65_536) continue
      yield text
      text = ''
    }
    yield text
  }
  await pipeline(lines, createWriteStream(file))
}
