import { type AnswerClass, answerClasses } from './classes.ts'
import { normal, wordsOf } from './normal.ts'
import { phraseOf } from './phrases.ts'
import { wordLists } from './words/index.ts'

/** `ours` are the shipped phrases of all languages, compiled when the first answer is judged. */
let ours: ReadonlyMap<AnswerClass, readonly RegExp[]> | undefined

const shipped = (): ReadonlyMap<AnswerClass, readonly RegExp[]> => {
  ours ??= new Map(
    answerClasses.map((name) => [
      name,
      Object.values(wordLists).flatMap((list) => (list[name] ?? []).map(phraseOf)),
    ]),
  )
  return ours
}

/** Book says what the words of a refusal mean: those of the supplier's operator count first, then the shipped lists. */
export class Book {
  readonly #own: readonly [phrase: RegExp, name: AnswerClass][]

  /** `own` has the class of each phrase of the operator's. */
  constructor(own: Readonly<Record<string, string>> = {}) {
    this.#own = Object.entries(own).flatMap(([phrase, name]) => {
      const known = answerClasses.find((one) => one === name)
      return known === undefined ? [] : [[phraseOf(phrase), known] as const satisfies [RegExp, AnswerClass]]
    })
  }

  /** `judge` gives undefined for words that no list knows. */
  judge(text: string): AnswerClass | undefined {
    const words = linesOf(text)
    const held = this.#own.filter(([phrase]) => phrase.test(words)).map(([, name]) => name)
    const own = answerClasses.find((name) => held.includes(name))
    return (
      own ??
      answerClasses.find((name) =>
        shipped()
          .get(name)
          ?.some((phrase) => phrase.test(words)),
      )
    )
  }
}

/** Judgement is what a list says that words mean, and by which phrase. */
export interface Judgement {
  name: AnswerClass
  phrase: string
  /** `language` is that of the shipped list; null: it is a phrase of the operator's. */
  language: string | null
}

/** `judgementOf` gives what `Book` of the same phrases says of words, with the phrase that says so; undefined: no list knows them. */
export function judgementOf(text: string, own: Readonly<Record<string, string>> = {}): Judgement | undefined {
  const words = linesOf(text)
  const said = (phrase: string): boolean => phraseOf(phrase).test(words)
  for (const name of answerClasses) {
    const phrase = Object.keys(own).find((one) => own[one] === name && said(one))
    if (phrase !== undefined) return { name, phrase, language: null }
  }
  for (const name of answerClasses)
    for (const [language, list] of Object.entries(wordLists)) {
      const phrase = list[name]?.find(said)
      if (phrase !== undefined) return { name, phrase, language }
    }
  return undefined
}

/** `linesOf` gives the words of each line, since a message and its description are two. */
const linesOf = (text: string): string =>
  text
    .split('\n')
    .map((line) => ` ${normal(line)} `)
    .join('\n')

export { wordLists, wordsOf }
