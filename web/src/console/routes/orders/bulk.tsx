import { BulkLines } from './bulk-lines.tsx'
import { BulkNote } from './bulk-note.tsx'
import { type BulkProps, Planned } from './bulk-plan.tsx'
import { BulkResend } from './bulk-resend.tsx'

/** `Bulk` does something to many orders. For some of it more is asked first. */
export function Bulk(given: BulkProps) {
  if (given.action === 'correct' || given.action === 'deliver') return <BulkLines {...given} />
  if (given.action === 'note') return <BulkNote {...given} />
  return given.action === 'resend' ? <BulkResend {...given} /> : <Planned {...given} />
}
