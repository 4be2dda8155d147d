/** `languages` are those that resellers are written to in. */
export const languages = ['en', 'id', 'es'] as const

export type Language = (typeof languages)[number]
