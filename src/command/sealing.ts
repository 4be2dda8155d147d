import { join } from 'node:path'
import { Sealer } from '../secrets/sealer.ts'
import { loadSecretKey } from '../secrets/secret-key.ts'
import { type Connected, withDatabase } from './connection.ts'

export interface WithSealer extends Connected {
  sealer: Sealer
}

/** `withDatabase`, with the secret key of the server's settings or data folder, which is made where there is none. */
export async function withSealer<T>(work: (equipped: WithSealer) => Promise<T>): Promise<T> {
  return await withDatabase(async ({ sql, config }) => {
    const file = join(config.dataFolder, 'secret.key')
    const key = await loadSecretKey({ fromEnvironment: config.secretKey, file })
    return await work({ sql, config, sealer: new Sealer(key) })
  })
}
