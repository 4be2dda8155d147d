import { BulkCorrect } from './bulk-correct.tsx'
import { type BulkProps, Planned } from './bulk-plan.tsx'
import { BulkResend } from './bulk-resend.tsx'

/** `Bulk` does something to many orders. For some of it more is asked first. */
export function Bulk(given: BulkProps) {
  if (given.action === 'correct') return <BulkCorrect {...given} />
  return given.action === 'resend' ? <BulkResend {...given} /> : <Planned {...given} />
}
