import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** MAX_AT_ONCE is how many requests of one connection are answered at a time. */
const MAX_AT_ONCE = 8

interface Line {
  /** `answering` are the requests that are being answered. */
  answering: number
  readonly waiting: (() => void)[]
}

/**
 * `boundPipelines` lets requests wait that a client sends on one connection without waiting for answers. What comes in one piece of a
 * connection is parsed in one turn of the event loop: a thousand requests, which would all be begun before anybody else has a turn. While
 * any wait, no more is read of their connection.
 */
export function boundPipelines(server: Server): void {
  const handlers = server.listeners('request') as ((
    request: IncomingMessage,
    response: ServerResponse,
  ) => void)[]
  server.removeAllListeners('request')
  const lines = new WeakMap<Socket, Line>()
  server.on('request', (request, response) => {
    const { socket } = request
    const line = lines.get(socket) ?? { answering: 0, waiting: [] }
    lines.set(socket, line)
    const begin = (): void => {
      line.answering++
      response.once('close', () => {
        line.answering--
        // Others have their turn in between.
        if (line.waiting.length > 0) setImmediate(next, line, socket)
      })
      for (const handle of handlers) handle.call(server, request, response)
    }
    if (line.answering < MAX_AT_ONCE && line.waiting.length === 0) begin()
    else {
      line.waiting.push(begin)
      socket.pause()
    }
  })
}

function next(line: Line, socket: Socket): void {
  if (socket.destroyed) line.waiting.length = 0
  if (line.answering < MAX_AT_ONCE) line.waiting.shift()?.()
  if (line.waiting.length === 0) socket.resume()
}
