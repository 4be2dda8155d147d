import { openSealer } from '../secrets/open-sealer.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { type Connected, withDatabase } from './connection.ts'

export interface WithSealer extends Connected {
  sealer: Sealer
}

/** `withSealer` is `withDatabase` with the secret key of the server's settings or data folder, which is made where there is none. */
export async function withSealer<T>(work: (equipped: WithSealer) => Promise<T>): Promise<T> {
  return await withDatabase(async ({ sql, config }) => {
    return await work({ sql, config, sealer: await openSealer(config) })
  })
}
