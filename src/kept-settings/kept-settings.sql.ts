import type { Queryable, Transaction } from '../database/database.ts'

/** `selectKeptSettings` gives the values by the settings' names. */
export async function selectKeptSettings(sql: Queryable): Promise<Map<string, string>> {
  const rows = await sql<{ name: string; value: string }[]>`
    select name, value from kept_settings order by name`.records()
  return new Map(rows.map(({ name, value }) => [name, value]))
}

/** `lockKeptSettings` keeps others from changing settings until the transaction ends: they stand for one thing, with one version. */
export async function lockKeptSettings(transaction: Transaction): Promise<void> {
  await transaction`lock table kept_settings in share row exclusive mode`
}

export async function upsertKeptSetting(
  transaction: Transaction,
  name: string,
  value: string,
): Promise<void> {
  await transaction`
    insert into kept_settings (name, value) values (${name}, ${value})
    on conflict (name) do update set value = excluded.value`
}

export async function deleteKeptSetting(transaction: Transaction, name: string): Promise<void> {
  await transaction`delete from kept_settings where name = ${name}`
}
