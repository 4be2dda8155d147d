import type { Queryable } from '../database/database.ts'
import type { Message } from '../integrations/channels/channel.ts'
import { type Language, languages } from '../lib/languages.ts'
import { readTexts, type Texts } from '../message-texts/texts.ts'
import { words } from './words/index.ts'
import type { Words } from './words/words.ts'

/** `wordsOf` gives what accounts read in each language: in the words of the staff where it has written some. */
export async function wordsOf(sql: Queryable): Promise<Record<Language, Words>> {
  const texts = await readTexts(sql)
  return Object.fromEntries(languages.map((language) => [language, wordsIn(texts, language)])) as Record<
    Language,
    Words
  >
}

/** News is what a message says: single values, or a list of things with their count. */
interface News {
  count?: number
  orders?: { id: number }[]
}

function wordsIn(texts: Texts, language: Language): Words {
  const { over, ...ours } = words[language]
  const said = Object.entries(ours as unknown as Record<string, (news: News) => Message>).map(
    ([name, say]) => [
      name,
      (news: News): Message => {
        const own = say(news)
        const values = { ...news, id: news.orders?.[0]?.id, orders: null, prices: null, lines: own.text }
        return texts.said(news.count === 1 ? `${name}.one` : name, language, values, own)
      },
    ],
  )
  return { ...(Object.fromEntries(said) as Omit<Words, 'over'>), over }
}
