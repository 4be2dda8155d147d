import type { Transaction } from '../database/database.ts'
import { addJob } from '../jobs/jobs.ts'
import type { Language } from '../lib/languages.ts'
import type { Circle, PersonId } from './circle.ts'

/** MAIL_PERSON is the job that tells one person by e-mail. */
export const MAIL_PERSON = 'person_mail'
/** MAX_ATTEMPTS take three and a half hours, with the queue's growing pauses. */
export const MAX_ATTEMPTS = 10

/** MAIL_NEW_EMAIL is the job that sends a link to an address with which somebody wants to sign in. */
export const MAIL_NEW_EMAIL = 'new_email_mail'

/** NewEmailMail is such a mail: the link in it is made when it is sent, so that no job holds what proves an address. */
export interface NewEmailMail {
  circle: Circle
  personId: PersonId
  email: string
}

/** PersonNews is what people are told of themselves, because it may be somebody else who did it. No mail holds what lets anybody in. */
export type PersonNews =
  | { what: 'invited' | 'reset'; role: string; until: string }
  | { what: 'signed in'; device: string; address: string; at: string }
  | { what: Changed; at: string }

/** Changed is what a person signs in with, and what became of it. */
export type Changed =
  | 'password'
  | 'app'
  | 'app removed'
  | 'recovery codes'
  | 'passkey added'
  | 'passkey removed'
  | 'email asked'
  | 'email'

/** Addressee is who is told. `email`, null: nobody knows the address. */
export interface Addressee {
  circle: Circle
  email: string | null
  language: Language
}

export interface PersonMail {
  circle: Circle
  to: string
  language: Language
  news: PersonNews
}

/** `mailPerson` has a person told, once the transaction is committed. */
export async function mailPerson(
  transaction: Transaction,
  { circle, email, language }: Addressee,
  news: PersonNews,
): Promise<void> {
  if (email === null) return
  const mail: PersonMail = { circle, to: email, language, news }
  await addJob(transaction, MAIL_PERSON, mail, { attempts: MAX_ATTEMPTS })
}
