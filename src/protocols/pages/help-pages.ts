import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { chapterFor } from './help-chapters.ts'
import { htmlOf } from './markdown.ts'
import { makePage, type PublicPage, publicPage, sendPublic } from './public-page.ts'

/** CHAPTERS is where the documentation lies that comes with the program. */
const CHAPTERS = fileURLToPath(new URL('../../../docs/', import.meta.url))

const STYLE = `
:root{--wide:860px}
h1,h2,h3{color:var(--text)}h1{font-size:24px;line-height:32px}h2{margin:32px 0 8px;font-size:18px;line-height:26px}h3{margin:24px 0 8px;font-size:16px}
p,li,td{color:var(--text)}ul,ol{margin:0 0 12px;padding-inline-start:24px}li{margin-block-end:6px}
.table{margin:0 0 16px;overflow-x:auto}table{border-collapse:collapse;font-size:14px;line-height:20px}th,td{padding:6px 12px 6px 0;border-block-end:1px solid var(--line);text-align:start;vertical-align:top}
pre{margin:0 0 16px;padding:12px;overflow-x:auto;border-radius:8px;background:var(--page);font-size:13px;line-height:20px}`

/** `helpPages` adds `/help/<chapter>`: the documentation as pages, and `/help/for/<path>`, which leads from a page of the console or the portal to its chapter. It is the same for everybody, and says nothing of this installation. */
export function helpPages(scope: FastifyInstance): void {
  const chapters = new Set(
    readdirSync(CHAPTERS, { withFileTypes: true }).flatMap(
      ({ name }) => /^([\w-]+)\.md$/.exec(name)?.[1] ?? [],
    ),
  )
  /** `linkOf` leads to other chapters, within a chapter, and outside; to files of the source nothing leads. */
  const linkOf = (target: string): string | undefined => {
    if (/^https?:\/\/|^#/.test(target)) return target
    const [, chapter = '', anchor = ''] = /^([\w-]+)\.md(#[^#]+)?$/.exec(target) ?? []
    return chapters.has(chapter) ? `/help/${chapter}${anchor}` : undefined
  }
  /** `made` has the pages that were asked for: anybody may ask, and a chapter does not change while the program runs. */
  const made = new Map<string, Promise<PublicPage>>()
  const pageOf = async (chapter: string): Promise<PublicPage> => {
    const text = await readFile(`${CHAPTERS}${chapter}.md`, 'utf8')
    const [, title = chapter] = /^# (.+)$/m.exec(text) ?? []
    return makePage(title, await htmlOf(text.replace(/^# .+\n/, ''), linkOf), { style: STYLE })
  }
  scope.get<{ Params: { '*': string } }>('/help/for/*', (request, reply) =>
    reply.redirect(`/help/${chapterFor(`/${request.params['*']}`)}`),
  )
  scope.get<{ Params: { chapter: string } }>('/help/:chapter', async (request, reply) => {
    const { chapter } = request.params
    if (!chapters.has(chapter)) return sendPublic(reply, 404, publicPage.noChapter())
    const page = made.get(chapter) ?? pageOf(chapter)
    made.set(chapter, page)
    return sendPublic(reply, 200, await page)
  })
}
