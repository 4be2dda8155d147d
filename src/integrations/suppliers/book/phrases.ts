import { normal } from './normal.ts'

/** GAP is how many words `...` may stand for. */
const GAP = 5

/**
 * `phraseOf` compiles a phrase of a word list. Words stand whole, one after the other. `*` at either end of a word is any letters, `|`
 * stands between words of which one must be there, `_` joins words to one of these, `?` ends a word that may be missing, and `...` is up
 * to five words. `!` before a part: none of its words may stand there. `=` before the phrase: it is a whole line. A phrase goes over no
 * end of a line.
 */
export function phraseOf(phrase: string): RegExp {
  const isWhole = phrase.startsWith('=')
  const parts = phrase
    .slice(isWhole ? 1 : 0)
    .trim()
    .split(/\s+/)
    .map((part, index) => {
      if (part.startsWith('!')) {
        const words = part.slice(1).split('|').map(wordOf).join('|')
        return index === 0 ? `(?<! (?:${words}) )` : `(?!(?:${words}) )`
      }
      if (part === '...') return `(?:[^ \\n]+ ){0,${GAP}}`
      const isOptional = part.endsWith('?') && part.length > 1
      const words = (isOptional ? part.slice(0, -1) : part).split('|').map(wordOf)
      return `(?:${words.join('|')}) ${isOptional ? '~' : ''}`
    })
    .map((part) => (part.endsWith('~') ? `(?:${part.slice(0, -1)})?` : part))
  return new RegExp(isWhole ? `^ ${parts.join('')}$` : ` ${parts.join('')}`, 'mu')
}

function wordOf(word: string): string {
  const [, before = '', middle = '', after = ''] = /^(\*?)(.*?)(\*?)$/.exec(word) ?? []
  const any = '[^ \\n]*'
  return `${before && any}${normal(middle.replaceAll('_', ' '))}${after && any}`
}
