import type { Queryable, Transaction } from '../database/database.ts'
import type { Language } from '../lib/languages.ts'

/** KeptText is what the staff has written for one message in one language. */
export interface KeptText {
  name: string
  language: Language
  title: string
  text: string
}

export const selectTexts = (sql: Queryable): Promise<KeptText[]> =>
  sql<KeptText[]>`select name, language, title, text from message_texts order by name, language`.records()

export async function lockTexts(transaction: Transaction): Promise<void> {
  await transaction`lock table message_texts in share row exclusive mode`
}

export async function upsertText(
  transaction: Transaction,
  { name, language, title, text }: KeptText,
): Promise<void> {
  await transaction`
    insert into message_texts (name, language, title, text) values (${name}, ${language}, ${title}, ${text})
    on conflict (name, language) do update set title = excluded.title, text = excluded.text`
}

export async function deleteText(transaction: Transaction, name: string, language: Language): Promise<void> {
  await transaction`delete from message_texts where name = ${name} and language = ${language}`
}
