import type { Sql } from '../database/database.ts'
import { countStrays, type StrayCount } from '../deposits/incoming.ts'
import { countInbox, type InboxCounts } from '../inbox/inbox.ts'
import { kindsFor } from '../inbox/kinds.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { readToday, type TodayFigures } from '../sales/today.ts'
import type { StaffPermission } from '../staff/roles.ts'
import { findTrouble, type Trouble } from './trouble.ts'

/** Asker is who looks at the day, and in which currency. */
interface Asker {
  /** `name` is that in the trail. */
  name: string
  permissions: ReadonlySet<StaffPermission>
  into?: string | undefined
  /** `home` is the home currency, in which sums stand beside those by currency. */
  home?: string | null
}

export interface Today {
  waiting: InboxCounts['kinds']
  strays: StrayCount | null
  trouble: Trouble
  figures: TodayFigures | null
}

/** `seeToday` gives how the day goes and what waits, as far as somebody with these permissions may know. Throws invalid_input (in). */
export async function seeToday(
  sql: Sql,
  { name, permissions, into, home = null }: Asker,
  clock: Clock = systemClock,
): Promise<Today> {
  const [figures, inbox, strays, trouble] = await Promise.all([
    permissions.has('reports.read') ? readToday(sql, { into, home }, clock) : null,
    countInbox(sql, kindsFor(permissions), name, clock),
    permissions.has('money.deposits') ? countStrays(sql) : null,
    findTrouble(sql, clock),
  ])
  return { waiting: inbox.kinds, strays, trouble, figures }
}
