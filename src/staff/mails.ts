import type { Transaction } from '../database/database.ts'
import { addJob } from '../jobs/jobs.ts'
import type { Role } from './roles.ts'

/** MAIL_STAFF is the job that tells one person by e-mail. */
export const MAIL_STAFF = 'staff_mail'
/** MAX_ATTEMPTS take three and a half hours, with the queue's growing pauses. */
const MAX_ATTEMPTS = 10

/** StaffNews is what people are told of themselves, because it may be somebody else who did it. No mail holds what lets anybody in. */
export type StaffNews =
  | { what: 'invited' | 'reset'; role: Role; until: string }
  | { what: 'signed in'; device: string; address: string; at: string }
  | { what: Changed; at: string }

/** Changed is what a person signs in with, and what became of it. */
export type Changed = 'password' | 'app' | 'recovery codes' | 'passkey added' | 'passkey removed'

export interface StaffMail {
  to: string
  news: StaffNews
}

/** `mailStaff` has a person told, once the transaction is committed; null: nobody knows the address. */
export async function mailStaff(transaction: Transaction, to: string | null, news: StaffNews): Promise<void> {
  if (to === null) return
  const mail: StaffMail = { to, news }
  await addJob(transaction, MAIL_STAFF, mail, { attempts: MAX_ATTEMPTS })
}
