import { type AccountPersonView, invitePerson } from '../../../src/account-people/account-people.ts'
import type { AccountRole } from '../../../src/account-people/roles.ts'
import type { AccountId } from '../../../src/lib/ids.ts'
import { exchange } from '../../support/dhru.ts'
import { type Shop, TestClock, type TestServer, testServer } from '../../support/server.ts'
import { type Answer, cookieIn } from '../operator/office.fixtures.ts'

export const PASSWORD = 'a long one'

/** Who asks: the headers of its requests. */
export type Headers = Record<string, string>

/** PortalShop is a server with accounts whose people sign in to the portal. */
export class PortalShop {
  readonly server: TestServer
  readonly clock: TestClock
  #people = 0

  private constructor(server: TestServer, clock: TestClock) {
    this.server = server
    this.clock = clock
  }

  static async open(settings: Record<string, string> = {}): Promise<PortalShop> {
    const clock = new TestClock()
    return PortalShop.at(await testServer(settings, clock), clock)
  }

  /** `at` is one on a server that there is. */
  static at(server: TestServer, clock: TestClock): PortalShop {
    return new PortalShop(server, clock)
  }

  stop(): Promise<void> {
    return this.server.stop()
  }

  /** `ask` is one request; a path without `/api/` is one of the portal's own. */
  async ask(
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Headers } = {},
  ): Promise<Answer> {
    const reply = await exchange(this.server.url, {
      method,
      path: path.startsWith('/api/') ? path : `/api/portal${path}`,
      body: body === undefined ? '' : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
    const text = reply.bytes.toString()
    const isJson = String(reply.headers['content-type']).startsWith('application/json')
    return { status: reply.status, headers: reply.headers, json: isJson ? JSON.parse(text) : text }
  }

  get origin(): Headers {
    return { origin: this.server.url }
  }

  /** `invited` is somebody of an account, who has accepted. */
  async invited(accountId: number, role: AccountRole = 'owner'): Promise<AccountPersonView> {
    const email = `person${++this.#people}@example.com`
    const { token, person } = await invitePerson(
      this.server.sql,
      accountId as AccountId,
      { role, email },
      this.clock,
    )
    const accepted = await this.ask('POST', '/invitation', {
      body: { token, name: 'Budi', password: PASSWORD },
      headers: this.origin,
    })
    if (accepted.status !== 200) throw new Error(JSON.stringify(accepted.json))
    return person
  }

  /** `signIn` gives the headers of somebody who is signed in. */
  async signIn(email: string, password = PASSWORD): Promise<Headers> {
    const begun = await this.ask('POST', '/session', { body: { email, password }, headers: this.origin })
    if (begun.status !== 200) throw new Error(JSON.stringify(begun.json))
    return this.headersOf(begun)
  }

  headersOf(answer: Answer): Headers {
    return { ...this.origin, cookie: cookieIn(answer), 'x-csrf-token': answer.json.data.csrf_token }
  }

  /** `person` is somebody who is signed in, of a shop of their own unless one is given. */
  async person(role: AccountRole = 'owner', shop?: Shop) {
    const of = shop ?? (await this.server.shop())
    const { id, email } = await this.invited(of.accountId, role)
    return { id, email, shop: of, headers: await this.signIn(email) }
  }
}
