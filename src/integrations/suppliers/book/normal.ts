import { textOf } from '../../../client/index.ts'

/** MAX_LENGTH bounds what is read of an answer: panels print whole pages where a sentence is expected. */
const MAX_LENGTH = 4_000

/** `letters` are those that Unicode does not take apart into a letter and its mark. */
const letters: Record<string, string> = {
  ı: 'i',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ø: 'o',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  þ: 'th',
  ى: 'ي',
  ی: 'ي',
  ې: 'ي',
  ک: 'ك',
  ة: 'ه',
  ھ: 'ه',
  ہ: 'ه',
  ء: '',
  ـ: '',
}
const LETTER = new RegExp(`[${Object.keys(letters).join('')}]`, 'g')
/** ARTICLE is the Arabic article, with what is written together with it. */
const ARTICLE = /(?<![\p{L}\p{N}])(?:[وبفك]?ال|لل)(?=\p{L}{2})/gu

/**
 * `normal` gives a text as words that can be compared: without HTML, case, marks on letters, forms of letters and digits, and punctuation.
 * A word of two, such as "CreditError", is two; each sign of Chinese is one.
 */
export const normal = (text: string): string =>
  textOf(text.slice(0, MAX_LENGTH).replace(/<[^>]*>/g, ' '))
    .replace(/\p{Cf}+/gu, '')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(LETTER, (letter) => letters[letter] ?? letter)
    .replace(ARTICLE, '')
    .replace(/[٠-٩۰-۹]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf))
    .replace(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu, ' $& ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** `wordsOf` gives what tells a text from others: its words without numbers and without `input`, whatever they were about. */
export const wordsOf = (text: string, input: string): string => {
  const own = normal(input)
  const words = normal(text)
    .split(' ')
    .filter((word) => !/\d/.test(word) && word !== own)
  return words.join(' ').slice(0, 300).trim() || 'no words'
}
