import type { Queryable } from '../database/database.ts'
import { addJob } from '../jobs/jobs.ts'
import type { AccountPersonId } from '../lib/ids.ts'

/** MAIL_ACCOUNT_PERSON is the job that sends somebody a link, or what became of an application. */
export const MAIL_ACCOUNT_PERSON = 'account_person_mail'
/** MAX_ATTEMPTS take three and a half hours, with the queue's growing pauses. */
const MAX_ATTEMPTS = 10

/**
 * AccountPersonMail is a mail that is to be sent. The link in it is made when it is sent, so that no job holds what lets anybody in; and whether
 * there is somebody of an e-mail address is looked at only then, so that the time of an answer does not tell.
 */
export type AccountPersonMail =
  | { what: 'invitation'; personId: AccountPersonId }
  | { what: 'reset'; email: string }
  | { what: 'verify'; applicationId: number }
  | { what: 'refused'; applicationId: number }

export const mailAccountPerson = (sql: Queryable, mail: AccountPersonMail): Promise<void> =>
  addJob(sql, MAIL_ACCOUNT_PERSON, mail, { attempts: MAX_ATTEMPTS })
