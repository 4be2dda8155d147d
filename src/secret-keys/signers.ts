import type { Queryable } from '../database/database.ts'
import { installationId } from '../database/installation.ts'
import type { KeyRing } from '../secrets/key-ring.ts'
import { Signer, type Verifier, verifierOf } from '../secrets/signer.ts'
import { type Rotation, selectRotations } from './rotations.sql.ts'
import { openSigner } from './sealing.ts'

/** Signers tell whether this installation signed a text about a link of the hash chain, with its key or with one that it had before. */
export interface Signers {
  verify(text: string, signature: string, link: number): boolean
}

/** `attested` is what the new key signs of the old one, so that nobody who can only write the database adds a signer. */
const attested = (installation: string, formerSigner: string, lastLinkId: number): string =>
  `imeigate-former-signer ${installation} ${formerSigner} ${lastLinkId}`

/** `attest` makes what a rotation keeps of the old key: the signatures that it made count up to a link. */
export function attest(installation: string, from: Buffer, to: Buffer, lastLinkId: number) {
  const formerSigner = new Signer(from).publicKey
  const attestation = new Signer(to).sign(attested(installation, formerSigner, lastLinkId))
  return { formerSigner, lastLinkId, attestation }
}

/** `openSigners` follows the attestations from the key that counts now back to the first one. */
export async function openSigners(sql: Queryable, ring: KeyRing): Promise<Signers> {
  const now = await openSigner(sql, ring)
  const former = formerSigners(await installationId(sql), await selectRotations(sql), now)
  return {
    verify: (text, signature, link) =>
      now.verify(text, signature) ||
      former.some(({ verifier, lastLinkId }) => link <= lastLinkId && verifier.verify(text, signature)),
  }
}

function formerSigners(
  installation: string,
  rotations: readonly Rotation[],
  now: Signer,
): { verifier: Verifier; lastLinkId: number }[] {
  const former: { verifier: Verifier; lastLinkId: number }[] = []
  let by: Verifier = now
  for (const { formerSigner, lastLinkId, attestation } of rotations.toReversed()) {
    // Behind one that was put in by somebody else nothing is believed.
    if (!by.verify(attested(installation, formerSigner, lastLinkId), attestation)) break
    by = verifierOf(formerSigner)
    former.push({ verifier: by, lastLinkId })
  }
  return former
}
