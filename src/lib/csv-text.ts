/** `separators` name what may stand between the cells of a file. */
export const separators = ['comma', 'semicolon', 'tab'] as const
export type Separator = (typeof separators)[number]

const marks: Record<Separator, string> = { comma: ',', semicolon: ';', tab: '\t' }

/** `separatorOf` gives the character of a name; a comma where none is given. */
export const separatorOf = (name: Separator = 'comma'): string => marks[name]

/**
 * `asText` puts an apostrophe before what a spreadsheet would take for a formula and run: a note, and what follows a semicolon in it, at
 * which those of many countries begin a new cell. Blanks and invisible characters before the first sign do not count, since
 * spreadsheets drop them. The guard of csv-stringify looks at the first character only, and at amounts too.
 */
export const asText = (note: string): string =>
  note.replace(/(^|;)(?=["\p{C}\p{Z}]*[=+\-@＝＋－＠])/gu, "$1'")

/** `fromText` takes away what `asText` has put in, so that a file that was written comes back as it was. */
export const fromText = (note: string): string =>
  note.replace(/(^|;)'(?=["\p{C}\p{Z}]*[=+\-@＝＋－＠])/gu, '$1')
