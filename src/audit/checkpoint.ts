import type { Queryable, Sql } from '../database/database.ts'
import { installationId } from '../database/installation.ts'
import { Refusal } from '../errors.ts'
import type { Signer } from '../secrets/signer.ts'
import { selectLastLink } from './chain.sql.ts'
import type { Known } from './chain-check.ts'

const FORM = /^imeigate-checkpoint (\S+) (\d+) (\S+) ([0-9a-f]{64}) (\S+)$/

/**
 * `signCheckpoint` gives one line that says how far the hash chain has come, and its hash there, signed: kept where nobody who can change the
 * database comes, it finds a chain that was made anew. undefined: nothing is chained yet.
 */
export async function signCheckpoint(sql: Sql, signer: Signer): Promise<string | undefined> {
  const link = await selectLastLink(sql)
  if (!link) return undefined
  const said = `imeigate-checkpoint ${await installationId(sql)} ${link.id} ${link.at.toISOString()} ${link.hash.toString('hex')}`
  return `${said} ${signer.sign(said)}`
}

/** `lastLinkOf` gives the number of the last link of the hash chain; 0: nothing is chained yet. */
export const lastLinkOf = async (sql: Queryable): Promise<number> => (await selectLastLink(sql))?.id ?? 0

/** Signatures tell whether this installation signed a text about a link. */
interface Signatures {
  verify(text: string, signature: string, link: number): boolean
}

/** `readCheckpoints` reads lines that `signCheckpoint` gave. Throws a Refusal for a line that is none, or is not this installation's. */
export function readCheckpoints(text: string, signer: Signatures): Known[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const [, , link = '', at = '', hash = '', signature = ''] = FORM.exec(line.trim()) ?? []
    const said = line.trim().slice(0, -signature.length - 1)
    if (signature === '' || !signer.verify(said, signature, Number(link))) {
      const why =
        signature === '' ? 'is no checkpoint' : 'was not signed with the secret key of this installation'
      throw new Refusal('invalid_input', `line ${index + 1} ${why}`, 'checkpoints')
    }
    return [{ link: Number(link), at: new Date(at), hash: Buffer.from(hash, 'hex') }]
  })
}
