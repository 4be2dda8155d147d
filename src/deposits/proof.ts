import { Refusal } from '../errors.ts'
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

/** `readProof` throws invalid_input that names the field at fault. */
export function readProof({
  reference,
  file,
}: {
  reference?: string | undefined
  file?: string | undefined
}): Proof {
  const line = reference?.trim() || null
  if (line !== null && (line.length > 200 || /\p{Cc}/u.test(line) || !line.isWellFormed())) {
    throw new Refusal('invalid_input', 'must be one line of at most 200 characters', 'reference')
  }
  const proof = { reference: line, file: file === undefined ? null : readFile(file) }
  if (proof.reference === null && proof.file === null) {
    throw new Refusal('invalid_input', 'a reference or a file is needed', 'reference')
  }
  return proof
}

function readFile(text: string): ProofFile {
  // Browsers make a data URL of a file.
  const base64 = text.trim().replace(/^data:[\w.+-]{1,50}\/[\w.+-]{1,50};base64,/, '')
  const content = Buffer.from(base64, 'base64')
  if (content.toString('base64') !== base64) throw new Refusal('invalid_input', 'must be base64', 'file')
  if (content.length > MAX_FILE_BYTES) {
    throw new Refusal('invalid_input', `must not be larger than ${MAX_FILE_BYTES} bytes`, 'file')
  }
  const [mediaType] = kindsOfFile.find(([, head]) => content.subarray(0, head.length).equals(head)) ?? []
  if (mediaType === undefined) throw new Refusal('invalid_input', 'must be a PNG, a JPEG or a PDF', 'file')
  return { mediaType, content }
}
