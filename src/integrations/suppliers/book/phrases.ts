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

/** MAX_LENGTH bounds a phrase, in characters. */
const MAX_LENGTH = 200
/** MAX_WAYS bounds in how many ways one phrase may be laid over a text, since each of them may be tried at every word. */
const MAX_WAYS = 1296

/** `phraseFault` says why a phrase of an operator's is not taken; undefined: it is. Few gaps and words that may be missing are enough for any. */
export function phraseFault(phrase: string): string | undefined {
  if (phrase.length > MAX_LENGTH) return `must have phrases of at most ${MAX_LENGTH} characters`
  const parts = phrase.trim().split(/\s+/)
  const ways = parts.reduce((all, part) => {
    if (part === '...') return all * (GAP + 1)
    return /.\?$/.test(part) ? all * 2 : all
  }, 1)
  return ways > MAX_WAYS ? `must have fewer parts in a phrase that may be missing: ${phrase}` : undefined
}

function wordOf(word: string): string {
  const [, before = '', middle = '', after = ''] = /^(\*?)(.*?)(\*?)$/.exec(word) ?? []
  const any = '[^ \\n]*'
  return `${before && any}${normal(middle.replaceAll('_', ' '))}${after && any}`
}
