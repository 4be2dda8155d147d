import type { Socket } from 'node:net'

/** LINGER_MS is how long a connection that is ended here may take to carry the last words to its client. */
const LINGER_MS = 1000

/** `hangUp` ends a connection. It is destroyed soon after, because its client may never close its own half. */
export function hangUp(socket: Socket, lastWords = ''): void {
  socket.end(lastWords)
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}
