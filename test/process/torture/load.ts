import { imei, type Shop, type TestServer } from '../../support/server.ts'
import type { Hook } from '../../webhooks/webhooks.fixtures.ts'

/** PATIENCE_MS is longer than a server may hold a request. */
const PATIENCE_MS = 10_000
const PAUSE_MS = 50
/** REST_MS is between two orders of a client: those that never rest take the processor from the tests beside this one. */
const REST_MS = 20

/** Buyer is a reseller's key at one service. */
export interface Buyer {
  shop: Shop
  key: Hook['key']
  service: string
}

/** Peer is a server that orders are sent to; `isStopped` ones are passed over, as a load balancer does. */
export interface Peer {
  shop: TestServer
  isStopped: boolean
}

/** Load places orders as shops do: each is sent again, to any server, until it is acknowledged. */
export class Load {
  /** `acknowledged` has the number of each order by its IMEI. */
  readonly acknowledged = new Map<string, string>()
  requests = 0
  /** `surprises` are refusals for other reasons than a database that is away, or a locked wallet. */
  readonly surprises = new Set<string>()
  /** `longestGapMs` is the longest time without an acknowledgement since `beginGap`. */
  longestGapMs = 0
  #lastAt = performance.now()
  #serial = 0
  #isOver = false
  readonly #peers: () => readonly Peer[]
  readonly #random: () => number
  #clients: Promise<void>[] = []

  constructor(peers: () => readonly Peer[], random: () => number) {
    this.#peers = peers
    this.#random = random
  }

  start(buyers: readonly Buyer[], clients: number): void {
    this.#isOver = false
    this.#lastAt = performance.now()
    this.#clients = Array.from({ length: clients }, (_, n) => this.#buy(buyers[n % buyers.length] as Buyer))
  }

  /** `stop` resolves once every order that was begun has been acknowledged. */
  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#clients)
  }

  beginGap(): void {
    this.longestGapMs = 0
  }

  async #buy(buyer: Buyer): Promise<void> {
    while (!this.#isOver) {
      const one = imei(this.#serial++)
      let id: string | undefined
      while (id === undefined) {
        id = await this.#place(buyer, one)
        if (id === undefined) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
      this.acknowledged.set(one, id)
      const now = performance.now()
      this.longestGapMs = Math.max(this.longestGapMs, now - this.#lastAt)
      this.#lastAt = now
      await new Promise((resolve) => setTimeout(resolve, REST_MS))
    }
  }

  async #place({ key, service }: Buyer, one: string): Promise<string | undefined> {
    const running = this.#peers().filter(({ isStopped }) => !isStopped)
    const peer = running[Math.floor(this.#random() * running.length)]
    this.requests++
    try {
      const reply = await fetch(`${peer?.shop.url}/api/dhru`, {
        method: 'POST',
        body: new URLSearchParams({
          ...{ username: key.securityId, apiaccesskey: key.secret, action: 'placeimeiorder' },
          ...{ requestformat: 'JSON', parameters: JSON.stringify({ ID: service, IMEI: one }) },
        }),
        signal: AbortSignal.timeout(PATIENCE_MS),
      })
      const answer = (await reply.json()) as {
        SUCCESS?: [{ REFERENCEID: string }]
        ERROR?: [{ MESSAGE: string }]
      }
      const said = answer.ERROR?.[0].MESSAGE ?? ''
      if (said !== '' && !said.startsWith('Temporarily unavailable')) this.surprises.add(said)
      return answer.SUCCESS?.[0].REFERENCEID
    } catch {
      // Nobody there, or no answer in time: the shop sends it again.
      return undefined
    }
  }
}
