import { type Session, STEADY_PLANS } from './connection-settings.ts'

/** PoolKind is how many connections a pool has at most, and what its sessions are opened with. */
export interface PoolKind {
  readonly max: number
  readonly session: Session
}

/**
 * `pools` has the pools, each with its time-outs, so that a session that hangs with a wallet locked ends by itself, and nobody waits longer for it
 * than is said here. In milliseconds, as PostgreSQL takes them.
 */
export const pools = {
  /** `placement` is the connection on which the orders of all accounts are placed, so it does not wait long for the wallet of one. */
  placement: {
    max: 1,
    session: {
      ...STEADY_PLANS,
      lock_timeout: '100',
      statement_timeout: '10000',
      idle_in_transaction_session_timeout: '5000',
    },
  },
  /** `lockedPlacement` is a connection on which orders are placed of accounts whose wallets were found locked. */
  lockedPlacement: {
    max: 1,
    session: {
      ...STEADY_PLANS,
      lock_timeout: '2000',
      statement_timeout: '10000',
      idle_in_transaction_session_timeout: '5000',
    },
  },
  /** `hot` is for the batches of fulfilment and of webhooks. */
  hot: {
    max: 8,
    session: {
      ...STEADY_PLANS,
      lock_timeout: '5000',
      statement_timeout: '10000',
      idle_in_transaction_session_timeout: '5000',
    },
  },
  /**
   * `lookups` is for the batches in which orders are read by their numbers, and for those who wait for what becomes of them. Only a table that is
   * locked as a whole can be in their way, and then all batches behind one wait for it.
   */
  lookups: {
    max: 4,
    session: {
      ...STEADY_PLANS,
      lock_timeout: '1000',
      statement_timeout: '10000',
      idle_in_transaction_session_timeout: '5000',
    },
  },
  /**
   * `reads` is for the lists, searches and statements of resellers: few connections, so that however many ask, placing keeps its part of
   * the machine. Nothing there reads for long, unless the database has too much to do. What meets a locked table gives way soon, since an account's
   * reads wait for each other.
   */
  reads: {
    max: 4,
    session: {
      ...STEADY_PLANS,
      lock_timeout: '1000',
      statement_timeout: '5000',
      idle_in_transaction_session_timeout: '5000',
    },
  },
  /** `operatorReads` is for what people of the staff look at: its lists give way before they cost the orders anything. */
  operatorReads: {
    max: 4,
    session: {
      ...STEADY_PLANS,
      lock_timeout: '1000',
      statement_timeout: '3000',
      idle_in_transaction_session_timeout: '5000',
    },
  },
  /** `operatorChanges` is for what they change. */
  operatorChanges: {
    max: 4,
    session: {
      lock_timeout: '5000',
      statement_timeout: '30000',
      idle_in_transaction_session_timeout: '10000',
    },
  },
  /** `operatorWork` is for what of theirs takes long: lists of suppliers, checks. Two of these at a time take a connection each, and share the third. */
  operatorWork: {
    max: 3,
    session: {
      lock_timeout: '10000',
      statement_timeout: '900000',
      idle_in_transaction_session_timeout: '60000',
    },
  },
  /** `cold` is for everything that a person or a protocol asks for now and then. */
  cold: {
    max: 10,
    session: {
      lock_timeout: '5000',
      statement_timeout: '30000',
      idle_in_transaction_session_timeout: '10000',
    },
  },
  /** `long` is for imports, lists of suppliers, sweeps, checks and the command line. */
  long: {
    max: 4,
    session: {
      lock_timeout: '10000',
      statement_timeout: '900000',
      idle_in_transaction_session_timeout: '60000',
    },
  },
  /** `queue` is the job queue's own: Jobs works on so many at a time, which most of their time wait for somebody else's server. */
  queue: { max: 6, session: { idle_in_transaction_session_timeout: '10000' } },
  /** `notifications` is the connection on which changes are told of. */
  notifications: { max: 1, session: { statement_timeout: '2000' } },
  /** `backup` copies whole tables, for as long as that takes, and may be kept waiting by the disk that takes them. */
  backup: { max: 1, session: { lock_timeout: '10000', idle_in_transaction_session_timeout: '60000' } },
  /** `migration` waits as long as another process migrates, but not for one that was frozen at it. */
  migration: { max: 1, session: { idle_in_transaction_session_timeout: '60000' } },
} as const satisfies Record<string, PoolKind>

/** OF_A_COMMAND is how many connections a command opens beside the servers: those of `long`, and one for a question. */
export const OF_A_COMMAND = pools.long.max + 1

/** `connectionsOf` gives how many connections a process of a role opens at most. */
export function connectionsOf(role: 'all' | 'api' | 'worker', placementQueues: number): number {
  const { cold, long, hot, lookups, reads, operatorReads, operatorChanges, operatorWork, ...rest } = pools
  const { notifications, migration, placement, queue, backup } = rest
  const operator = [operatorReads, operatorChanges, operatorWork]
  const common = [cold, long, hot, lookups, reads, ...operator, notifications, migration, placement]
  const jobs = role === 'api' ? 0 : queue.max + backup.max
  return common.reduce((sum, { max }) => sum + max, jobs) + placementQueues * pools.lockedPlacement.max
}
