import type { DatabaseAccess } from './access.ts'
import { asking } from './database.ts'
import { findRoleFaults, type RoleFault, roleOf } from './serving-role.ts'

/** RoleReport is the role that serves, and what it lacks or may do beyond serving. */
export interface RoleReport {
  role: string
  faults: RoleFault[]
  /** `isApart`: another role is known, which owns the tables and migrates. */
  isApart: boolean
}

/** `reportRole` looks at the serving role of a migrated database as PostgreSQL knows it. */
export async function reportRole({ serving, owner }: DatabaseAccess): Promise<RoleReport> {
  const role = await asking(serving, roleOf)
  const owning = owner === serving ? role : await asking(owner, roleOf)
  const faults = await asking(serving, (sql) => findRoleFaults(sql, role, owning))
  return { role, faults, isApart: owning !== role }
}
