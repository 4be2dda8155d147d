import { registerHooks } from 'node:module'

/**
 * The driver, with faults of its version 3.4.9 mended as it is loaded. Without this a connection that PostgreSQL ends
 * (a restart, a crash, an operator) can end the whole process, or leave a connection that never sends again:
 *
 * - a write that was put off until after the connection closed goes to a socket that is null (its issue 1208);
 * - a write cancelled on closing is still counted as under way, and none follows it (its pull request 1209);
 * - a query sent between the error of a connection and its end is never answered;
 * - a connection that waits to be made again is made even after the pool has ended, and keeps the process alive;
 * - the error that PostgreSQL said last on a connection is taken for the answer to the first query of its successor.
 *
 * To be deleted, with `mend`, once a version without them is out: loading fails when the texts are not found.
 */
const hooks = registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    if (!url.endsWith('/postgres/src/connection.js')) return loaded
    return { ...loaded, source: mend(String(loaded.source)) }
  },
})

const FORGET = 'query = results = errorResponse = null; result = new Result()'

function mend(source: string): string {
  const replacements: [string, string][] = [
    [
      'const x = socket.write(chunk, fn)',
      "if (!socket) { chunk = nextWriteTimer = null; error(Errors.connection('CONNECTION_CLOSED', options)); return false }\n    const x = socket.write(chunk, fn)",
    ],
    [
      'clearImmediate(nextWriteTimer)\n    if (socket)',
      'clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    if (socket)',
    ],
    [
      'clearImmediate(nextWriteTimer)\n    socket.removeListener',
      'clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener',
    ],
    ['initial = query\n      reconnect()', 'initial = query\n      terminated = false\n      reconnect()'],
    ['setTimeout(connect, closedTime', 'setTimeout(() => terminated || connect(), closedTime'],
    ['!hadError && (query || sent.length) && error(', '(query || sent.length) && error('],
    ['if (initial)\n      return reconnect()', `if (initial) { ${FORGET}; return reconnect() }`],
    [
      'closedTime = performance.now()\n    hadError',
      `${FORGET}\n    closedTime = performance.now()\n    hadError`,
    ],
  ]
  return replacements.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error('the database driver has changed: see src/database/driver.ts')
    return text.replace(from, () => to)
  }, source)
}

const { default: postgres } = await import('postgres')
hooks.deregister()

export { postgres }
