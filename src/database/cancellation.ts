import { connect } from 'node:net'
import type pg from 'pg'

/** CANCEL_REQUEST is the code of PostgreSQL's message that cancels what runs on another connection. */
const CANCEL_REQUEST = 80_877_102
/** CANCEL_MS is how long the server may take for it. */
const CANCEL_MS = 2000

/**
 * `cancelledBy` has PostgreSQL cancel what runs on a connection when the signal is aborted. It gives what ends that, and resolves when no
 * cancellation is on its way any more: one that comes late would hit the next statement on the connection.
 */
export function cancelledBy(signal: AbortSignal, client: pg.ClientBase): () => Promise<void> {
  let sent: Promise<void> | undefined
  const cancel = (): void => {
    sent = sendCancel(client)
  }
  signal.addEventListener('abort', cancel, { once: true })
  return async () => {
    signal.removeEventListener('abort', cancel)
    await sent
  }
}

/** `sendCancel` resolves when the server has closed the connection that it came on, which it does once the signal was sent. */
function sendCancel(client: pg.ClientBase): Promise<void> {
  const { host, port, processID, secretKey } = client as pg.ClientBase & {
    host: string
    port: number
    processID: number
    secretKey: number
  }
  const message = Buffer.alloc(16)
  for (const [index, number] of [message.length, CANCEL_REQUEST, processID, secretKey].entries()) {
    message.writeInt32BE(number, 4 * index)
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
  socket.setTimeout(CANCEL_MS, () => socket.destroy())
  // What could not be cancelled ends by its time-out.
  socket.on('error', () => {})
  socket.once('close', () => resolve())
  socket.resume()
  socket.write(message)
  return promise
}
