import type { ChangeListener } from '../database/change-notifier.ts'
import type { Queryable, Sql } from '../database/database.ts'
import { KeptCopy } from '../database/kept-copy.ts'
import type { Fault } from '../errors.ts'
import { fault, orThrow, resultOf } from '../lib/fault.ts'
import { checkVersion, versionOf } from '../lib/version.ts'
import {
  deleteKeptSetting,
  lockKeptSettings,
  selectKeptSettings,
  upsertKeptSetting,
} from './kept-settings.sql.ts'

/** SettingRules say which settings may be kept, and what they come to: the definitions of all settings make them. */
export interface SettingRules<Values> {
  /** `faultOf` says why a setting cannot have a value; undefined: it can. */
  faultOf(name: string, value: string): string | undefined
  /** `valuesWith` gives the values that hold with what is kept: what the environment says goes before it. */
  valuesWith(kept: ReadonlyMap<string, string>): Values
}

/** KeptSettings has the settings that hold now, wherever they come from. */
export class KeptSettings<Values> {
  readonly #rules: SettingRules<Values>
  readonly #copy: KeptCopy<ReadonlyMap<string, string>>

  constructor({ sql, notifier, rules }: { sql: Sql; notifier: ChangeListener; rules: SettingRules<Values> }) {
    this.#rules = rules
    this.#copy = new KeptCopy<ReadonlyMap<string, string>>('kept_settings', notifier, new Map(), () =>
      selectKeptSettings(sql),
    )
  }

  async now(): Promise<Values> {
    return this.#rules.valuesWith(await this.#copy.current())
  }

  /** `set` keeps values; null: the setting is as by default again. Throws version_conflict, or invalid_input that names the setting. */
  set(
    sql: Sql,
    changes: Readonly<Record<string, string | null>>,
    seen?: string,
  ): Promise<ReadonlyMap<string, string>> {
    return sql.begin(async (transaction) => {
      await lockKeptSettings(transaction)
      const kept = await selectKeptSettings(transaction)
      checkVersion(seen, settingsVersion(kept))
      const given = Object.entries(changes).map(([name, value]): [string, string | null] => [
        name,
        value?.trim() || null,
      ])
      const faults = given.map(([name, value]): Fault | undefined => {
        const wrong = this.#rules.faultOf(name, value ?? '')
        return wrong === undefined ? undefined : fault(name, wrong)
      })
      orThrow(resultOf(given, faults))
      for (const [name, value] of given) {
        if (value === null) await deleteKeptSetting(transaction, name)
        else if (kept.get(name) !== value) await upsertKeptSetting(transaction, name, value)
      }
      return await selectKeptSettings(transaction)
    })
  }
}

/** `findKeptSettings` gives what is kept, by the settings' names. */
export const findKeptSettings = (sql: Queryable): Promise<ReadonlyMap<string, string>> =>
  selectKeptSettings(sql)

/** `settingsVersion` names how all that is kept stands. */
export const settingsVersion = (kept: ReadonlyMap<string, string>): string => versionOf([...kept].sort())
