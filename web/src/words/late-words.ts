import { i18n } from '@lingui/core'
import type { Catalogues, Language } from './words.ts'

/** `lateWords` gives what loads words that an application does not have at once: in the language that is shown, now and when another one is chosen. */
export function lateWords(words: Catalogues): () => Promise<void> {
  const loaded = new Set<string>()
  async function load(): Promise<void> {
    const language = i18n.locale as Language
    if (loaded.has(language)) return
    i18n.load(language, (await words[language]()).messages)
    // A load that has failed is tried again.
    loaded.add(language)
  }
  let isFollowing = false
  return async () => {
    if (!isFollowing) i18n.on('change', () => void load())
    isFollowing = true
    await load()
  }
}
