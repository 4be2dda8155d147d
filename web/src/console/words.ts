import type { Catalogues } from '../words/words.ts'

export const words: Catalogues = {
  en: () => import('../words/en.po?console'),
  id: () => import('../words/id.po?console'),
  es: () => import('../words/es.po?console'),
}
