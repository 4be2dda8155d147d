import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { build } from '../../src/command/program.ts'
import { topicNames, topics } from '../../src/live/topics.ts'
import type { OperatorDeps } from '../../src/protocols/operator/deps.ts'
import { routesOf } from '../../src/protocols/operator/routes.ts'

/** Why no route does what a command does, and none will: it is about the machine, or comes before there is anybody to ask. */
const withoutRoute: Record<string, string> = {
  start: 'it runs the server',
  demo: 'it runs a server of its own, to try things on',
  migrate: 'it prepares the database',
  restore: 'it makes a database, where none is',
  'fake-supplier': 'it runs a supplier, to try things on',
  'move-in mapping': 'it works with files of the machine',
  'move-in fetch': 'it works with files of the machine',
  'move-in run': 'it works with files of the machine',
  'move-in orders': 'it works with files of the machine',
  'secrets rotate': 'it changes the key on the machine that has it',
  'secrets status': 'it looks at the key on the machine that has it',
}

/** `leavesOf` gives the commands that do something, by all of their words. */
const leavesOf = (command: Command, words: string[] = []): string[] => [
  // One with options of its own, such as `deposit`, does something, and has others below it.
  ...(words.length > 0 && (command.commands.length === 0 || command.options.length > 0)
    ? [words.join(' ')]
    : []),
  ...command.commands.flatMap((one) => leavesOf(one, [...words, one.name()])),
]

test('the tables of docs/operator-api.md are those that the program writes', async () => {
  const commands = leavesOf(await build())
  const routes = routesOf({} as OperatorDeps)
  const unknown = routes.flatMap(({ name, command = [] }) =>
    [command].flat().flatMap((one) => (commands.includes(one) ? [] : [`${name} names ${one}`])),
  )
  expect(unknown).toEqual([])
  expect(Object.keys(withoutRoute).filter((one) => !commands.includes(one))).toEqual([])

  const rows = commands.map((command) => {
    const same = routes.filter((one) => [one.command ?? []].flat().includes(command))
    const said = same.map(({ method, path }) => `\`${method} ${path}\``).join(', ')
    return `| \`${command}\` | ${said || (withoutRoute[command] ?? 'none yet')} |`
  })
  const followed = topicNames.map(
    (name) => `| \`${name}\` | ${topics[name].what} | \`${topics[name].permission}\` |`,
  )
  const page = fileURLToPath(new URL('../../docs/operator-api.md', import.meta.url))
  const text = withTable(
    withTable(readFileSync(page, 'utf8'), '| topic | tells of | needs |\n| --- | --- | --- |\n', followed),
    '| command | route |\n| --- | --- |\n',
    rows,
  )
  await expect(text).toMatchFileSnapshot(page)
})

/** `withTable` puts rows below a head. */
function withTable(page: string, head: string, rows: string[]): string {
  const from = page.indexOf(head)
  expect(from, head).toBeGreaterThan(0)
  const [start, behind] = [page.slice(0, from + head.length), page.slice(from + head.length)]
  return `${start}${rows.join('\n')}\n${behind.replace(/^(\|.*\n)*/, '')}`
}
