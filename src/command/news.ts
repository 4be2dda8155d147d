import type { Command } from 'commander'
import {
  type AnnouncementView,
  addAnnouncement,
  announcementState,
  listAnnouncements,
  removeAnnouncement,
} from '../announcements/announcements.ts'
import { pageOf } from '../lib/page.ts'
import { systemClock } from '../lib/time.ts'
import { actor, withDatabase } from './connection.ts'
import { idOf, limitOption, timeOf, wholeFrom } from './input.ts'
import { type Answer, answering, listed, withNext } from './output.ts'

export function register(program: Command): void {
  const news = program.command('news')
  news
    .command('list')
    .description('the news that was written, the newest first')
    .option('--before <id>', 'the page behind a piece of news', wholeFrom(1, Number.MAX_SAFE_INTEGER))
    .addOption(limitOption())
    .action(answering(list))
  news
    .command('write')
    .description('write news; other languages are added in the console')
    .requiredOption('--title <text>', 'one line')
    .requiredOption('--body <text>', 'plain text; web addresses become links')
    .option('--group <name or id>', 'only for accounts of this price group')
    .option('--account <id or username>', 'only for this account; may be repeated', collect)
    .option(
      '--from <time>',
      'ISO date or time in UTC, or a duration from now such as 2d; without it: from now on',
    )
    .option('--until <time>', 'likewise; without it: until it is removed')
    .option('--pin', 'it stands before all other news')
    .option('--tell', 'people are told of it by their notifications, too')
    .action(answering(write))
  news
    .command('remove <id>')
    .description('take news away')
    .action(
      answering(async (text: string) => {
        const id = idOf(text)
        await withDatabase(({ sql }) => removeAnnouncement(sql, id))
        return { json: { id, removed: true }, text: `news ${id} is removed` }
      }),
    )
}

const collect = (text: string, before: string[] = []): string[] => [...before, text]

async function list({ before, limit }: { before?: number; limit: number }): Promise<Answer> {
  const found = await withDatabase(({ sql }) => listAnnouncements(sql, limit + 1, before))
  const { items, next } = pageOf(found, limit, ({ id }) => id)
  return withNext(newsAnswer(items), { next, stoppedAt: undefined })
}

interface Written {
  title: string
  body: string
  group?: string
  account?: string[]
  from?: string
  until?: string
  pin?: boolean
  tell?: boolean
}

async function write({ account: accounts, from, until, pin, tell, ...said }: Written): Promise<Answer> {
  const now = systemClock.now()
  const form = {
    ...{ ...said, accounts, pinned: pin, told: tell },
    from: from === undefined ? undefined : timeOf(from, 'from', now),
    until: until === undefined ? undefined : timeOf(until, 'until', now),
  }
  const made = await withDatabase(({ sql }) => addAnnouncement(sql, form, actor(), systemClock))
  return { ...newsAnswer([made]), json: newsJson(made) }
}

const newsJson = (one: AnnouncementView) => ({
  ...{ id: one.id, title: one.title, body: one.body, translations: one.translations },
  ...{ group: one.group, accounts: one.accounts, from: one.shownFrom, until: one.shownUntil },
  ...{ state: announcementState(one, systemClock.now()), pinned: one.pinned, tell: one.told },
  ...{ told_at: one.toldAt, reads: one.reads, created_by: one.actor, created_at: one.createdAt },
})

const newsAnswer = (all: AnnouncementView[]): Answer =>
  listed(all, {
    json: newsJson,
    columns: {
      id: ({ id }) => id,
      title: ({ title, pinned }) => `${title}${pinned ? ' (pinned)' : ''}`,
      for: ({ group, accounts }) => accounts?.map(({ username }) => username).join(', ') ?? group ?? 'all',
      state: (one) => announcementState(one, systemClock.now()),
      from: ({ shownFrom }) => shownFrom,
      until: ({ shownUntil }) => shownUntil,
      'read by': ({ reads }) => reads,
    },
    right: ['id', 'read by'],
    none: 'no news: imeigate news write makes the first',
  })
