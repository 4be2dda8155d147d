/** ConnectionLost is thrown in place of the driver's errors that have no code, so that every loss is known by its code. */
export class ConnectionLost extends Error {
  readonly code = 'CONNECTION_LOST'

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : 'the connection to the database was lost', { cause })
    this.name = 'ConnectionLost'
  }
}

/**
 * `isConnectionLoss` tells whether an error means that the connection went away (server stopped, crashed, unreachable), so that it
 * is not known what became of the statement; any other error is the server's own answer.
 */
export function isConnectionLoss(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && LOST.test(code)
}

const LOST =
  /^(CONNECTION_LOST|ECONN|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08|25P03|25P04|57P0)/

/** `isTemporary` tells whether the same statement may go well in a moment: the connection was lost, or a lock was waited for too long. */
export const isTemporary = (error: unknown): boolean =>
  isConnectionLoss(error) || (error as { code?: unknown } | null)?.code === LOCK_NOT_AVAILABLE

const LOCK_NOT_AVAILABLE = '55P03'

/** `withCode` gives the error itself where it says what it is, and a ConnectionLost where the driver only says it in words. */
export const withCode = (error: unknown): unknown =>
  error instanceof Error && (error as { code?: unknown }).code === undefined && WORDS.test(error.message)
    ? new ConnectionLost(error)
    : error

const WORDS =
  /connection|not queryable|timeout exceeded when trying to connect|Query read timeout|Client was closed|pool after calling end/i
