/** ConnectionLost is thrown in place of the driver's errors that have no code, so that every loss is known by its code. */
export class ConnectionLost extends Error {
  readonly code = 'CONNECTION_LOST'

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.name = 'ConnectionLost'
  }
}

/**
 * `isConnectionLoss` tells whether an error means that the connection went away (server stopped, crashed, unreachable), so that it
 * is not known what became of the statement; any other error is the server's own answer.
 */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof NotConnected) return true
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && LOST.test(code)
}

const LOST =
  /^(CONNECTION_LOST|ECONN|ENOENT|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|08|25P03|25P04|57P0)/

/** NotConnected is thrown when there is no connection to be had: what was to be sent on it was not. Its code is that of the cause. */
export class NotConnected extends Error {
  readonly code: string

  constructor(cause: unknown) {
    const { code, message = 'no connection to the database' } = cause as { code?: unknown; message?: string }
    super(message)
    this.name = 'NotConnected'
    this.code = typeof code === 'string' ? code : 'CONNECTION_LOST'
  }
}

/** `isNeverSent` tells whether an error proves that the statement did not reach the server. */
export const isNeverSent = (error: unknown): boolean => error instanceof NotConnected

/**
 * `isTurnedDown` tells the answers of a server that may do the same in a moment, and has done nothing now: it takes no changes (a standby
 * before it is promoted), or lacks room on the disk, memory or connections, or resolved a deadlock. So does one that an administrator must
 * mend: it has taken rights from the role, has no tables while a backup is restored, or a sequence has no number left.
 */
export function isTurnedDown(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && TURNED_DOWN.test(code)
}

const TURNED_DOWN = /^(25006|53|58030|40001|40P01|42501|42P01|42883|2200H)/

/**
 * `isTemporary` tells whether the same statement may go well in a moment: the connection was lost, the server turned it down for now, a lock
 * was waited for too long, or the database was too busy to end it in time.
 */
export const isTemporary = (error: unknown): boolean =>
  isConnectionLoss(error) || isTurnedDown(error) || BUSY.includes((error as { code?: unknown } | null)?.code)

/** BUSY: a lock was not to be had; the statement's time was over. */
const BUSY: unknown[] = ['55P03', '57014']

/** `withCode` gives the error itself where it says what it is, and a ConnectionLost where the driver only says it in words. */
export const withCode = (error: unknown): unknown =>
  error instanceof Error && (error as { code?: unknown }).code === undefined && WORDS.test(error.message)
    ? new ConnectionLost(error)
    : error

const WORDS =
  /connection|not queryable|timeout exceeded when trying to connect|Query read timeout|Client was closed|pool after calling end/i
