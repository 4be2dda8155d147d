import { randomUUID } from 'node:crypto'
import type { StaffId } from '../../../src/lib/ids.ts'
import { Sealer } from '../../../src/secrets/sealer.ts'
import { createToken, type Maker } from '../../../src/staff/operator-tokens.ts'
import type { Role, StaffPermission } from '../../../src/staff/roles.ts'
import { Office, PASSWORD } from '../../staff/people.fixtures.ts'
import { exchange } from '../../support/dhru.ts'
import { TestClock, type TestServer, testServer } from '../../support/server.ts'

// biome-ignore lint/suspicious/noExplicitAny: each test looks into what its route gives.
type Json = any

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  json: Json
}

/** ORIGIN is what a browser on a page of the server says. */
export const originOf = ({ url }: TestServer): Record<string, string> => ({ origin: url })

/** `ask` is one request to the operator API, with the headers of whoever asks. */
export async function ask(
  server: TestServer,
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const reply = await exchange(server.url, {
    method,
    path: `/api/operator${path}`,
    body: body === undefined ? '' : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  })
  const text = reply.bytes.toString()
  const isJson = String(reply.headers['content-type']).startsWith('application/json')
  return { status: reply.status, headers: reply.headers, json: isJson ? JSON.parse(text) : text }
}

/** `changer` asks for changes in somebody's name: `key` names the request, `version` the version that the thing is thought to have. */
export const changer =
  (server: TestServer, headers: Record<string, string>) =>
  (
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    body?: unknown,
    { key = randomUUID(), version }: { key?: string | null; version?: string } = {},
  ): Promise<Answer> =>
    ask(server, method, path, {
      body,
      headers: {
        ...headers,
        ...(key !== null && { 'idempotency-key': key }),
        ...(version !== undefined && { 'if-match': `"${version}"` }),
      },
    })

/** `cookieIn` gives the cookie that an answer sets. */
export const cookieIn = ({ headers }: Answer): string =>
  String(([headers['set-cookie'] ?? []].flat()[0] ?? '').split(';')[0])

/** `BROWSER` is what people of an office sign in with. */
export const BROWSER = 'Browser/1.0 (Test)'

export class OperatorOffice {
  readonly server: TestServer
  readonly office: Office

  private constructor(server: TestServer, office: Office) {
    this.server = server
    this.office = office
  }

  static async open(settings: Record<string, string> = {}): Promise<OperatorOffice> {
    const clock = new TestClock()
    return OperatorOffice.at(await testServer(settings, clock), clock)
  }

  /** `at` is one on a server that there is. */
  static at(server: TestServer, clock: TestClock): OperatorOffice {
    return new OperatorOffice(
      server,
      new Office(server.sql, new Sealer(Buffer.from('ab'.repeat(32), 'hex')), clock),
    )
  }

  stop(): Promise<void> {
    return this.server.stop()
  }

  /** `person` hires somebody, who signs in by the API. */
  async person(role: Role) {
    const hired = await this.office.hire(role)
    const { email } = hired
    const origin = { ...originOf(this.server), 'user-agent': BROWSER }
    const begun = await ask(this.server, 'POST', '/session', {
      body: { email, password: PASSWORD },
      headers: origin,
    })
    const half = { ...origin, cookie: cookieIn(begun), 'x-csrf-token': begun.json.data.csrf_token }
    const done = await ask(this.server, 'POST', '/session/second-factor', {
      body: { code: hired.nextCode() },
      headers: half,
    })
    const headers = { ...origin, cookie: cookieIn(done), 'x-csrf-token': done.json.data.csrf_token as string }
    return { hired, headers, id: hired.id as StaffId }
  }

  /** `program` makes a token, and gives the headers of its requests. */
  async program(permissions: StaffPermission[], maker?: Maker): Promise<Record<string, string>> {
    const { token } = await createToken(
      this.server.sql,
      { name: 'a program', permissions },
      maker,
      this.office.clock,
    )
    return { authorization: `Bearer ${token}` }
  }
}
