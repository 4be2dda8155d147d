/** OTHERS are what the standard fonts of a PDF hold besides Latin-1: Windows-1252's other characters. */
const OTHERS = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'

/** LIKE has letters that do not come apart into one of these and a mark. */
const LIKE: Record<string, string> = { ł: 'l', Ł: 'L', đ: 'd', Đ: 'D', ı: 'i', İ: 'I', ħ: 'h', '−': '-' }

/**
 * `shownText` gives a text as a PDF's standard fonts can show it: letters of other alphabets lose their marks ("ż" is "z") or become
 * "?". To show all of Unicode, megabytes of fonts would have to come with the program; CSV and JSON have every text whole.
 */
export function shownText(text: string): string {
  let shown = ''
  for (const character of text.normalize('NFC')) {
    if (isShown(character)) shown += character
    else if (!/[\p{M}\p{Cf}]/u.test(character)) {
      const base = LIKE[character] ?? character.normalize('NFKD').replace(/\p{M}/gu, '')
      shown += base !== '' && [...base].every(isShown) ? base : '?'
    }
  }
  return shown
}

const isShown = (character: string): boolean =>
  /^[ -~\u00a0-\u00ac\u00ae-\u00ff]$/.test(character) || OTHERS.includes(character)
