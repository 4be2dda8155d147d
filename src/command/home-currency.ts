import type { Connected } from './connection.ts'

/** `homeCurrency` is the one that the business counts in, by the environment or what is kept; null: nobody said. */
export async function homeCurrency({ sql, config }: Connected): Promise<string | null> {
  const { findKeptSettings } = await import('../kept-settings/kept-settings.ts')
  return config.kept.valuesWith(await findKeptSettings(sql)).homeCurrency
}
