import { AsyncLocalStorage } from 'node:async_hooks'
import type { Outbound, OutboundClient, OutboundReply, OutboundRequest } from './outbound.ts'

/** Exchanged is one request and what came of it, as they were sent and received. */
export interface Exchanged {
  method: string
  url: string
  headers: Record<string, string>
  body: string
  /** `answer`, null: there was none. */
  answer: { status: number; headers: Record<string, string>; body: string } | null
  /** `error` says why there was no whole answer. */
  error: string | null
  milliseconds: number
}

/** MAX_BYTES bounds what is kept of a body. */
const MAX_BYTES = 64 * 1024

/** RecordedOutbound keeps what goes through another one, in order, for a person to read: with secrets in it. */
export class RecordedOutbound implements Outbound {
  readonly exchanges: Exchanged[] = []
  readonly #through: Outbound

  constructor(through: Outbound) {
    this.#through = through
  }

  open(limits?: Parameters<Outbound['open']>[0]): OutboundClient {
    return recorded(this.#through.open(limits), () => this.exchanges)
  }
}

const hearing = new AsyncLocalStorage<Exchanged[]>()

/** `hear` keeps what goes through a HeardOutbound during some work, its requests and not its streams, in `exchanges`: with secrets in it. */
export const hear = <T>(exchanges: Exchanged[], work: () => T): T => hearing.run(exchanges, work)

/** HeardOutbound can be listened to, see `hear`. */
export class HeardOutbound implements Outbound {
  readonly #through: Outbound

  constructor(through: Outbound) {
    this.#through = through
  }

  open(limits?: Parameters<Outbound['open']>[0]): OutboundClient {
    const client = this.#through.open(limits)
    return { ...recorded(client, () => hearing.getStore()), stream: (request) => client.stream(request) }
  }
}

/** `recorded` keeps what goes through a client in the list that is given for each request; undefined: it is not kept. */
function recorded(client: OutboundClient, listOf: () => Exchanged[] | undefined): OutboundClient {
  return {
    request: async (request) => {
      const kept = begin(listOf(), request)
      try {
        const reply = await client.request(request)
        kept?.answered(reply, reply.body)
        return reply
      } catch (error) {
        kept?.failed(error)
        throw error
      }
    },
    stream: async (request) => {
      const kept = begin(listOf(), request)
      try {
        const reply = await client.stream(request)
        return kept ? { ...reply, body: kept.following(reply, reply.body) } : reply
      } catch (error) {
        kept?.failed(error)
        throw error
      }
    },
    close: () => client.close(),
  }
}

function begin(
  exchanges: Exchanged[] | undefined,
  { method, url, headers = {}, body = '' }: OutboundRequest,
) {
  if (!exchanges) return undefined
  const from = performance.now()
  const kept: Exchanged = {
    ...{ method, url, headers, body: textOf(Buffer.from(body)) },
    ...{ answer: null, error: null, milliseconds: 0 },
  }
  exchanges.push(kept)
  const end = (): void => {
    kept.milliseconds = Math.round(performance.now() - from)
  }
  const answered = ({ status, headers: given }: OutboundReply, bytes: Buffer): void => {
    kept.answer = { status, headers: given, body: textOf(bytes) }
    end()
  }
  const failed = (error: unknown): void => {
    kept.error = error instanceof Error ? error.message : String(error)
    end()
  }
  return {
    answered,
    failed,
    async *following(reply: OutboundReply, parts: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      const seen: Buffer[] = []
      try {
        for await (const part of parts) {
          seen.push(part)
          yield part
        }
        answered(reply, Buffer.concat(seen))
      } catch (error) {
        answered(reply, Buffer.concat(seen))
        failed(error)
        throw error
      }
    },
  }
}

const textOf = (bytes: Buffer): string =>
  bytes.length > MAX_BYTES ? `${bytes.subarray(0, MAX_BYTES).toString()}...` : bytes.toString()
