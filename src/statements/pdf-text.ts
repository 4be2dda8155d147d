/** OTHERS are what the standard fonts of a PDF hold besides Latin-1: Windows-1252's other characters. */
const OTHERS = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'

/** LIKE has letters that do not come apart into one of these and a mark. */
const LIKE: Record<string, string> = { ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ı: 'i', İ: 'I', ħ: 'h', '−': '-' }

/** `isStandard` tells whether the standard fonts of a PDF can show a text. */
export const isStandard = (text: string): boolean => [...text].every(isStandardCharacter)

const isStandardCharacter = (character: string): boolean =>
  /^[ -~\u00a0-\u00ac\u00ae-\u00ff]$/.test(character) || OTHERS.includes(character)

/** `likeIt` gives a text as a font can show it: what it lacks loses its marks or its form ("ﬁ" is "fi"), or becomes "?". */
export function likeIt(text: string, isShown: (character: string) => boolean): string {
  let shown = ''
  for (const character of text) {
    if (isShown(character)) shown += character
    else if (!/\p{M}/u.test(character)) {
      const base = LIKE[character] ?? character.normalize('NFKD').replace(/\p{M}/gu, '')
      shown += base !== '' && base !== character && [...base].every(isShown) ? base : '?'
    }
  }
  return shown
}
