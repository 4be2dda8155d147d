import type { Catalogues } from '../words/words.ts'

export const words: Catalogues = {
  en: () => import('../words/en.po?portal'),
  id: () => import('../words/id.po?portal'),
  es: () => import('../words/es.po?portal'),
}
