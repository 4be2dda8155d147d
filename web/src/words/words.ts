import { i18n, type Messages } from '@lingui/core'

/** `languages` are those that the pages are written in, each by its own name. */
export const languages = { en: 'English', id: 'Bahasa Indonesia', es: 'Español' } as const
export type Language = keyof typeof languages

/** Catalogues load the words that one application shows, in each language. */
export type Catalogues = Readonly<Record<Language, () => Promise<{ messages: Messages }>>>

let catalogues: Catalogues

const KEPT = 'language'

/** `chosenLanguage` is what the person chose here, else the browser's first language that we have, else English. */
export function chosenLanguage(): Language {
  const wanted = [localStorage.getItem(KEPT) ?? '', ...navigator.languages.map((tag) => tag.slice(0, 2))]
  return (wanted.find((tag) => tag in languages) as Language | undefined) ?? 'en'
}

/** `speakBy` says which words there are: those of the application that is shown. */
export const speakBy = (those: Catalogues): void => {
  catalogues = those
}

/** `wordsOf` loads the words of a language without showing them. */
export const wordsOf = async (language: Language) => (await catalogues[language]()).messages

/** `speak` loads the words of a language and shows them. */
export async function speak(language: Language): Promise<void> {
  const messages = await wordsOf(language)
  i18n.loadAndActivate({ locale: language, messages })
  document.documentElement.lang = language
}

/** `adoptLanguage` takes over what the person chose elsewhere, where nothing was chosen here. */
export async function adoptLanguage(language: Language): Promise<void> {
  if (localStorage.getItem(KEPT) === null && language !== i18n.locale) await chooseLanguage(language)
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language)
  await speak(language)
}
