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
  return await asking(serving, async (sql) => {
    const role = await roleOf(sql)
    const owning = owner === serving ? role : await asking(owner, roleOf)
    return { role, faults: await findRoleFaults(sql, role, owning), isApart: owning !== role }
  })
}
