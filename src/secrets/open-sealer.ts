import { join } from 'node:path'
import { Sealer } from './sealer.ts'
import { loadSecretKey } from './secret-key.ts'

/** `openSealer` opens the sealer of an installation: by its setting, or by the key in its data folder, which is made where there is none. */
export async function openSealer({
  secretKey,
  dataFolder,
}: {
  secretKey: string | undefined
  dataFolder: string
}): Promise<Sealer> {
  return new Sealer(await loadSecretKey({ fromEnvironment: secretKey, file: join(dataFolder, 'secret.key') }))
}
