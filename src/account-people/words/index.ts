import type { Language } from '../../lib/languages.ts'
import { english } from './en.ts'
import { spanish } from './es.ts'
import { indonesian } from './id.ts'
import type { Words } from './words.ts'

/** `words` has what mails with links say in each language. */
export const words: Record<Language, Words> = { en: english, id: indonesian, es: spanish }
