import type { Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { acceptStaged, holdStaged, selectJumps } from './jumps.sql.ts'
import type { ListedSupplier } from './remote-list.ts'
import { selectSchedule } from './runs.sql.ts'

export type { Jump } from './jumps.sql.ts'

/** AcceptedJumps are the costs that a person lets jump: all, or those of these services. */
export type AcceptedJumps = 'all' | string[]

/**
 * `holdJumps` has those costs of a staged list wait that have changed by more than the supplier's bound, up or down: a drop may be a slip of
 * a decimal point, too. What nobody buys by a route has no need of it. The known cost stands in the staged list from here on. Throws
 * invalid_input when a jump is accepted that there is not.
 */
export async function holdJumps(
  transaction: Transaction,
  { id, currency }: ListedSupplier,
  accepted: AcceptedJumps = [],
): Promise<void> {
  if (accepted === 'all') return
  const { maxJump } = await selectSchedule(transaction, id)
  await holdStaged(transaction, id, { currency, maxJump })
  const waiting = new Set((await selectJumps(transaction, id)).map(({ remoteId }) => remoteId))
  const none = accepted.find((remoteId) => !waiting.has(remoteId))
  if (none !== undefined) {
    throw new Refusal('invalid_input', `no cost of a service ${none} waits to be accepted`, 'acceptJump')
  }
  if (accepted.length > 0) await acceptStaged(transaction, id, accepted)
}
