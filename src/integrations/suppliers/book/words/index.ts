import type { WordList } from '../classes.ts'
import { arabic } from './arabic.ts'
import { chinese } from './chinese.ts'
import { english } from './english.ts'
import { french } from './french.ts'
import { indonesian } from './indonesian.ts'
import { portuguese } from './portuguese.ts'
import { russian } from './russian.ts'
import { spanish } from './spanish.ts'
import { turkish } from './turkish.ts'
import { vietnamese } from './vietnamese.ts'

/** `wordLists` are the shipped lists. A word that is missing in one is added to its file; all of them are read for every answer. */
export const wordLists: Record<string, WordList> = {
  english,
  spanish,
  portuguese,
  indonesian,
  russian,
  arabic,
  turkish,
  french,
  vietnamese,
  chinese,
}
