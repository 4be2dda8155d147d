import type { DatabaseAddress } from './connection-settings.ts'

/**
 * DatabaseAccess is two ways into one database: all that serves connects by `serving`, whose role may do what serving needs and nothing
 * more; tables are made and changed by `owner`. They are the same where the settings give one.
 */
export interface DatabaseAccess {
  serving: DatabaseAddress
  owner: DatabaseAddress
}
