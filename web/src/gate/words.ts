import type { Catalogues } from '../words/words.ts'

export const words: Catalogues = {
  en: () => import('../words/en.po?gate'),
  id: () => import('../words/id.po?gate'),
  es: () => import('../words/es.po?gate'),
}
