/**
 * Texts with names of values in them, such as `there is no account {account}`: said in English by the server, and by the pages in the reader's language, by
 * the text's name and the values.
 */

/** NamesIn are the names that stand in a text. */
export type NamesIn<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never

/** ValuesIn are the values that a text needs; amounts are texts. */
export type ValuesIn<T extends string> = Readonly<Record<NamesIn<T>, string | number>>

/** `worded` puts values into a text. */
export const worded = (text: string, values: Readonly<Record<string, string | number | null>>): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]))
