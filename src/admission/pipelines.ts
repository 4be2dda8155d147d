import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** MAX_AT_ONCE is how many requests of one connection are answered at a time. */
const MAX_AT_ONCE = 8

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Line has the requests of one connection. */
interface Line {
  /** `answers` are those to the requests that were begun, in order, so that the first is the next to be over. */
  readonly answers: ServerResponse[]
  readonly waiting: { request: IncomingMessage; response: ServerResponse }[]
}

/**
 * `boundPipelines` lets requests wait that a client sends on one connection without waiting for answers. What comes in one piece of a
 * connection is parsed in one turn of the event loop: a thousand requests, which would all be begun before anybody else has a turn. While
 * any wait, no more is read of their connection. A request that comes alone costs nothing more for it.
 */
export function boundPipelines(server: Server): void {
  const handlers = server.listeners('request') as Handler[]
  server.removeAllListeners('request')
  const lines = new WeakMap<Socket, Line>()

  const begin = (line: Line, request: IncomingMessage, response: ServerResponse): void => {
    line.answers.push(response)
    for (const handle of handlers) handle.call(server, request, response)
  }

  /** `goOn` begins what waits, one in a turn, so that others have theirs in between. */
  const goOn = (line: Line, socket: Socket): void => {
    if (socket.destroyed) line.waiting.length = 0
    const next = line.waiting.shift()
    if (!next) return
    begin(line, next.request, next.response)
    if (line.waiting.length === 0) socket.resume()
    else goOnSoon(line, socket)
  }

  const goOnSoon = (line: Line, socket: Socket): void => {
    const soon = (): unknown => setImmediate(goOn, line, socket)
    if (hasRoom(line)) soon()
    else line.answers[0]?.once('close', soon)
  }

  server.on('request', (request, response) => {
    const { socket } = request
    let line = lines.get(socket)
    if (!line) {
      line = { answers: [], waiting: [] }
      lines.set(socket, line)
    }
    if (line.waiting.length === 0 && hasRoom(line)) {
      begin(line, request, response)
      return
    }
    line.waiting.push({ request, response })
    if (line.waiting.length > 1) return
    socket.pause()
    goOnSoon(line, socket)
  })
}

function hasRoom({ answers }: Line): boolean {
  while (answers[0]?.writableFinished || answers[0]?.destroyed) answers.shift()
  return answers.length < MAX_AT_ONCE
}
