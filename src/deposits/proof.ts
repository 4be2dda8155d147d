import { fault, faultsIn, invalid, ok, type Result, resultOf } from '../lib/fault.ts'
import { plainLineFault } from '../lib/text.ts'
import { say } from '../reasons.ts'
import type { ProofFile } from './proofs.sql.ts'

/** MAX_FILE_BYTES is the largest file that is taken as a proof. */
export const MAX_FILE_BYTES = 1_048_576

/** `kindsOfFile` tells files by what they begin with, whatever they are called. */
const kindsOfFile: [ProofFile['mediaType'], Buffer][] = [
  ['image/png', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['image/jpeg', Buffer.from('ffd8ff', 'hex')],
  ['application/pdf', Buffer.from('%PDF-')],
]

export interface Proof {
  /** `reference` is one line: the bank's reference, the sender's name. */
  reference: string | null
  file: ProofFile | null
}

/** `readProof` reads what a payer shows for a payment. */
export function readProof({
  reference,
  file,
}: {
  reference?: string | undefined
  file?: string | undefined
}): Result<Proof> {
  const line = reference?.trim() ?? ''
  const read = file === undefined ? ok(null) : readFile(file)
  const proof = { reference: line || null, file: read.ok ? read.value : null }
  return resultOf(proof, [
    plainLineFault('reference', line, 200),
    line === '' && file === undefined ? fault('reference', 'a reference or a file is needed') : undefined,
    ...faultsIn(read),
  ])
}

function readFile(text: string): Result<ProofFile> {
  // Browsers make a data URL of a file.
  const base64 = text.trim().replace(/^data:[\w.+-]{1,50}\/[\w.+-]{1,50};base64,/, '')
  const content = Buffer.from(base64, 'base64')
  if (content.toString('base64') !== base64) return invalid('file', say('file_no_base64', {}))
  if (content.length > MAX_FILE_BYTES) return invalid('file', say('file_large', { limit: MAX_FILE_BYTES }))
  const [mediaType] = kindsOfFile.find(([, head]) => content.subarray(0, head.length).equals(head)) ?? []
  return mediaType === undefined ? invalid('file', say('file_kind', {})) : ok({ mediaType, content })
}
