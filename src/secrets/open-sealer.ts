import { join } from 'node:path'
import { Sealer } from './sealer.ts'
import { findSecretKey, loadSecretKey } from './secret-key.ts'
import { Signer } from './signer.ts'

/** KeySettings say where the secret key of an installation is: in its setting, or in its data folder, where it is made if there is none. */
interface KeySettings {
  secretKey: string | undefined
  dataFolder: string
}

/** `openSealer` opens the sealer of an installation. */
export const openSealer = async (settings: KeySettings): Promise<Sealer> =>
  new Sealer(await loadSecretKey(placeOf(settings)))

/** `openSigner` opens the signer of an installation. */
export const openSigner = async (settings: KeySettings): Promise<Signer> =>
  new Signer(await loadSecretKey(placeOf(settings)))

/** `findSigner` opens it where the installation has a secret key already. */
export async function findSigner(settings: KeySettings): Promise<Signer | undefined> {
  const key = await findSecretKey(placeOf(settings))
  return key && new Signer(key)
}

const placeOf = ({ secretKey, dataFolder }: KeySettings) => ({
  fromEnvironment: secretKey,
  file: join(dataFolder, 'secret.key'),
})
