import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { createCompiledCatalog } from '@lingui/cli/api'
import { formatter } from '@lingui/format-po'
import type { Plugin } from 'vite'

/** APART are files with words that applications load apart from their own, when they are needed. */
const APART: Readonly<Record<string, string>> = {
  checks: 'src/console/routes/settings/check-words.ts',
  events: 'src/console/routes/settings/event-words.ts',
  faults: 'src/kit/fault-words.ts',
  kinds: 'src/console/kind-words.ts',
  values: 'src/console/value-words.ts',
}

/** WORDS is a file of messages as it is imported: of `words/id.po?console` those that `src/console/main.tsx` may show; of `?faults` those of its file in APART. */
const WORDS = /^(.+\/words\/\w+\.po)\?(\w+)$/

/** `filesOf` gives a file and all that it imports, at once or late. */
function filesOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file) || !existsSync(file)) return found
  found.add(file)
  for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(
    /(?:from|import\(?)\s*'(\.[^'?]+\.tsx?)'/g,
  )) {
    filesOf(resolve(dirname(file), path), found)
  }
  return found
}

/** `messagesOf` reads a file of messages: by their ids, with the files that hold them, relative to `web`. */
async function messagesOf(file: string) {
  const locale = basename(file, '.po')
  return await formatter().parse(readFileSync(file, 'utf8'), { locale, sourceLocale: 'en', filename: file })
}

/** `wordsOfEachApplication` makes of a language's messages a file for each application, without the messages that only others show. */
export function wordsOfEachApplication(): Plugin {
  return {
    name: 'words-of-each-application',
    transform: {
      filter: { id: WORDS },
      async handler(_source, id) {
        const [, file = '', application = ''] = WORDS.exec(id) ?? []
        const web = resolve(dirname(file), '../..')
        const apart = APART[application]
        const files = apart
          ? new Set([resolve(web, apart)])
          : filesOf(resolve(web, `src/${application}/main.tsx`))
        if (!apart) for (const other of Object.values(APART)) files.delete(resolve(web, other))
        // The English messages are collected by each build, so that they name the files as they are.
        const english = await messagesOf(resolve(dirname(file), 'en.po'))
        const translated = await messagesOf(file)
        const shown = Object.entries(english)
          .filter(([, { origin = [] }]) => origin.some(([path]) => files.has(resolve(web, path))))
          .map(([message, { message: text = '' }]) => [message, translated[message]?.translation || text])
        const { source, errors } = createCompiledCatalog(basename(file, '.po'), Object.fromEntries(shown), {
          namespace: 'es',
        })
        if (errors.length > 0)
          throw new Error(`${file}: ${errors.map((one) => one.error.message).join('; ')}`)
        return { code: source, map: null, moduleType: 'js' }
      },
    },
  }
}
