import type { Source } from './pick.tsx'

/** Values are the filters of a list as they stand in the URL, under the names of the API. */
export type Values = Readonly<Record<string, string>>

/** Filter is one that the API has for a list. */
export type Filter = {
  /** `name` is the API's parameter. */
  name: string
  label: string
  /** `help` is one sentence below the field. */
  help?: string
} & ( // Of `choices` several hold at once, of `choice` one.
  | { kind: 'choices' | 'choice'; choices: readonly { value: string; label: string }[] }
  | { kind: 'text'; placeholder?: string }
  | { kind: 'day' | 'percent' }
  // Something that is picked from what is there; with `isSeveral` several hold at once, with commas between.
  // `said` is what stands on the chip in place of the value.
  | { kind: 'pick'; from: Source; isSeveral?: boolean; placeholder?: string; said?: string | undefined }
)

/** `withValue` gives filters with another value of one of them; empty: it is left out. */
export const withValue = (values: Values, name: string, value: string): Values => {
  const { [name]: _, ...rest } = values
  return value === '' ? rest : { ...rest, [name]: value }
}
