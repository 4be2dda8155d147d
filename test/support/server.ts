import { request as httpRequest } from 'node:http'
import { type Logger, pino } from 'pino'
import { createAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { createKey } from '../../src/accounts/keys.ts'
import { startServer } from '../../src/app/server.ts'
import { createService, type NewService } from '../../src/catalogue/services.ts'
import { readConfig } from '../../src/config.ts'
import { parseMicros, ZERO } from '../../src/lib/money.ts'
import { type Clock, systemClock } from '../../src/lib/time.ts'
import { quickPasswords } from './passwords.ts'
import { type TestDatabase, testDatabase } from './postgres.ts'
import { until } from './until.ts'

export interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** `json` gives the body as JSON, and throws when it is none. */
  json: () => DhruJson
}

// biome-ignore lint/suspicious/noExplicitAny: what a Dhru answer holds is what each test looks into.
export type DhruJson = any

export interface Shop {
  accountId: number
  username: string
  securityId: string
  secret: string
}

/** `TestClock` goes on as the system's does, and tests move it forward. */
export class TestClock implements Clock {
  #offset = 0
  #stoppedAt: number | undefined
  now(): Date {
    return new Date((this.#stoppedAt ?? Date.now()) + this.#offset)
  }
  /** `stop`: from now on time goes on by `advance` alone, until `go`. What is slow must not let a wait pass. */
  stop(): void {
    this.#stoppedAt = Date.now()
  }
  go(): void {
    this.#stoppedAt = undefined
  }
  advance(ms: number): void {
    this.#offset += ms
  }
}

// Tests of wrong credentials all come from one address.
const QUIET = { HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'silent', FAILED_LOGINS_PER_MINUTE: '0' }

/** `testServer` starts a whole server in this process, on a fresh database and a free port, with what a test needs to fill it. */
export async function testServer(
  settings: Record<string, string> = {},
  clock: Clock = systemClock,
  log: Logger = pino({ level: 'silent' }),
): Promise<TestServer> {
  const database = await testDatabase()
  const config = readConfig({ ...QUIET, IMEIGATE_SECRET_KEY: 'ab'.repeat(32), ...settings })
  const server = await startServer(config, database.access, log, clock, undefined, quickPasswords())
  return new TestServer(server, database)
}

let names = 0

export class TestServer {
  readonly url: string
  readonly sql
  /** `owner` may do what no path of the program may: see TestDatabase. */
  readonly owner
  readonly #stop: () => Promise<void>
  readonly #probes = new Map<string, Shop>()

  constructor(
    server: Awaited<ReturnType<typeof startServer>>,
    database: Pick<TestDatabase, 'sql' | 'owner' | 'drop'>,
  ) {
    this.url = server.url
    this.sql = database.sql
    this.owner = database.owner
    this.#stop = async () => {
      await server.stop()
      await database.drop()
    }
  }

  stop(): Promise<void> {
    return this.#stop()
  }

  /** `shop` makes an account with a key and money. */
  async shop({
    deposit = '100',
    currency = 'USD',
    group,
    dialect = 'contract',
    allowedIps = [],
  }: {
    deposit?: string
    currency?: string
    group?: string
    dialect?: 'contract' | 'panel'
    allowedIps?: string[]
  } = {}): Promise<Shop> {
    const username = `shop${++names}`
    if (group !== undefined) await createPriceGroup(this.sql, group).catch(() => {})
    const account = await createAccount(
      this.sql,
      {
        name: username,
        email: `${username}@example.com`,
        username,
        currency,
        deposit: parseMicros(deposit) ?? ZERO,
        ...(group !== undefined && { group }),
      },
      'test',
    )
    const key = await createKey(this.sql, account.id, { dialect, allowedIps, expiresAt: null })
    return { accountId: account.id, username, securityId: key.securityId, secret: key.secret }
  }

  /** `service` makes a service at 1.00, done by the sandbox. */
  async service(over: Partial<NewService> = {}): Promise<string> {
    const service = await createService(this.sql, {
      code: `s${++names}`,
      name: `Service ${names}`,
      group: 'Checks',
      kind: 'imei',
      price: '1',
      currency: 'USD',
      supplier: 'sandbox',
      ...over,
    })
    await this.#seen(String(service.id), over.currency ?? 'USD', over.visibleTo?.[0])
    return String(service.id)
  }

  /** `#seen` waits until the server has heard of a new service: it is asked by an account that sees it. */
  async #seen(id: string, currency: string, group?: string): Promise<void> {
    const key = `${currency} ${group}`
    const probe =
      this.#probes.get(key) ?? (await this.shop({ currency, ...(group !== undefined && { group }) }))
    this.#probes.set(key, probe)
    await until(`service ${id} is seen`, async () => {
      const reply = await this.call(probe, { action: 'getimeiservicedetails', ID: id })
      return reply.json().SUCCESS !== undefined
    })
  }

  /** `send` sends bytes to the Dhru endpoint as they are. */
  send(
    body: string | Buffer,
    options: { path?: string; method?: string; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const {
      path = '/api/dhru',
      method = 'POST',
      headers = { 'content-type': 'application/x-www-form-urlencoded' },
    } = options
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    const request = httpRequest(
      `${this.url}`,
      { method, headers: { 'content-length': Buffer.byteLength(body), ...headers }, path },
      (reply) => {
        const chunks: Buffer[] = []
        reply.on('data', (chunk: Buffer) => chunks.push(chunk))
        reply.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({
            status: reply.statusCode ?? 0,
            headers: reply.headers,
            text,
            json: () => JSON.parse(text),
          })
        })
        reply.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(body)
    return promise
  }

  /** `call` sends an urlencoded request of a shop. */
  call(shop: Shop, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> {
    const body = new URLSearchParams({
      username: shop.securityId,
      apiaccesskey: shop.secret,
      requestformat: 'JSON',
      ...fields,
    })
    return this.send(body.toString(), {
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    })
  }

  /** `place` places one order with JSON parameters, and gives the whole answer. */
  async place(
    shop: Shop,
    order: Record<string, string>,
    fields: Record<string, string> = {},
  ): Promise<DhruJson> {
    const reply = await this.call(shop, {
      action: 'placeimeiorder',
      parameters: JSON.stringify(order),
      ...fields,
    })
    return reply.json()
  }

  async status(shop: Shop, id: string): Promise<DhruJson> {
    const reply = await this.call(shop, { action: 'orderstatus', orderid: id })
    return reply.json().SUCCESS?.[0] ?? reply.json()
  }

  /** `ended` waits until the order's STATUS is final, and fails when it does not get there. */
  async ended(shop: Shop, id: string): Promise<DhruJson> {
    let status: DhruJson
    const hasEnded = async (): Promise<boolean> => {
      status = await this.status(shop, id)
      return status.STATUS === '3' || status.STATUS === '4'
    }
    await until(`order ${id} has ended`, hasEnded, () => status)
    return status
  }
}

/** `imei` gives the nth IMEI of a TAC, with its check digit. */
export function imei(n: number, tac = '35000000'): string {
  const digits = `${tac}${String(n).padStart(6, '0')}`
  let sum = 0
  for (let i = 0; i < 14; i++) {
    const digit = Number(digits[i]) * (i % 2 === 0 ? 1 : 2)
    sum += digit > 9 ? digit - 9 : digit
  }
  return `${digits}${(10 - (sum % 10)) % 10}`
}
