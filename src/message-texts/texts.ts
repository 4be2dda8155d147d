import type { Queryable } from '../database/database.ts'
import type { Message } from '../integrations/channels/channel.ts'
import type { Language } from '../lib/languages.ts'
import { type KeptText, selectTexts } from './texts.sql.ts'

/** Values are what stands in a message for `{name}`. */
export type Values = Readonly<Record<string, string | number | null | undefined>>

/** Texts are what the staff has written in place of the program's own. */
export class Texts {
  readonly #kept: ReadonlyMap<string, KeptText>

  constructor(kept: readonly KeptText[]) {
    this.#kept = new Map(kept.map((one) => [`${one.name} ${one.language}`, one]))
  }

  /** `said` gives a message in the words of the staff where it has written some; `ours` is the program's. */
  said(name: string, language: Language, values: Values, ours: Message): Message {
    const kept = this.#kept.get(`${name} ${language}`)
    return kept ? filled(kept, values) : ours
  }
}

export const readTexts = async (sql: Queryable): Promise<Texts> => new Texts(await selectTexts(sql))

/** PLACEHOLDER is where a value stands. */
export const PLACEHOLDER = /\{(\w+)\}/g

/** `filled` puts the values in. A line of which a value is empty is left out: `Why: {reason}` where there is no reason. */
export function filled({ title, text }: Message, values: Values): Message {
  const standsFor = (_: string, name: string): string => String(values[name] ?? '')
  const lines = text
    .split('\n')
    .filter((line) =>
      [...line.matchAll(PLACEHOLDER)].every(([, name = '']) => String(values[name] ?? '') !== ''),
    )
  // A title is one line, whatever stands in it.
  return {
    title: title.replace(PLACEHOLDER, standsFor).replace(/\s+/g, ' ').trim(),
    text: lines.map((line) => line.replace(PLACEHOLDER, standsFor)).join('\n'),
  }
}
