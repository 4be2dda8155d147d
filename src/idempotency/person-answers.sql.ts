import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'

/** PersonKey names a key of a person or of a program. `key` is a UUID's 32 digits. */
interface PersonKey {
  actor: string
  key: string
}

/** `claimPersonKey` inserts a key without its answer; false: it exists. It waits for another request under the key that is not committed yet. */
export async function claimPersonKey(
  sql: Queryable,
  { actor, key, body, at }: PersonKey & { body: string; at: Date },
): Promise<boolean> {
  const claimed = await sql.run(
    build
      .insertInto('operatorAnswers')
      .values({ actor, key, body, answer: '', createdAt: at })
      .onConflict((conflict) => conflict.doNothing()),
  )
  return claimed.count === 1
}

export async function keepPersonAnswer(
  sql: Queryable,
  { actor, key, answer }: PersonKey & { answer: string },
): Promise<void> {
  await sql.run(
    build.updateTable('operatorAnswers').set({ answer }).where('actor', '=', actor).where('key', '=', key),
  )
}

/** `selectPersonAnswer` gives a kept answer, with the digest of the body that it was claimed with. */
export async function selectPersonAnswer(
  sql: Queryable,
  { actor, key }: PersonKey,
): Promise<{ body: string; answer: string } | undefined> {
  const [row] = await sql<{ body: string; answer: string }[]>`
    select replace(body::text, '-', '') as body, answer from operator_answers
     where actor = ${actor} and key = ${key}::text::uuid`
  return row
}
