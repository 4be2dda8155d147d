import { readdirSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { build } from '../../src/command/program.ts'
import { SecretOption } from '../../src/command/secret-options.ts'
import { commandsOf } from '../support/command.ts'

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8')
const text = page('cli')
/** Options that a kind of integration, or a supplier's list, brings are described where these are. */
const elsewhere = ['deposits', 'suppliers', 'notices'].map(page).join('\n')

const program = await build()
const commands = commandsOf(program).filter(([, command]) => command.commands.length === 0)

const optionsOf = (command: Command): string[] =>
  command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? [])
const optionsIn = (words: string): string[] =>
  [...words.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([one]) => one)

/** `rowOf` gives the row of a command in a table of commands, or its line where they are listed. */
const rowOf = (path: string): string =>
  new RegExp(`^(?:\\| \`| {4})${path}(?![\\w-]| [a-z]).*$`, 'm').exec(text)?.[0] ?? ''

/** `sectionsOf` gives the sections that are headed by a command's noun. */
const sectionsOf = (path: string): string =>
  text
    .split(/^## /m)
    .filter((section) => (section.split('\n')[0] ?? '').split(', ').includes(path.split(' ')[0] ?? ''))
    .join('\n')

test.each(commands)('%s stands in docs/cli.md', (path) => {
  expect(text).toMatch(new RegExp(`(\`|imeigate |^    |^## .*)${path}\\b`, 'm'))
})

test.each(commands)('the row of %s in docs/cli.md has options that it takes', (path, command) => {
  const taken = [...optionsOf(command), '--help', '--json']
  expect(optionsIn(rowOf(path)).filter((one) => !taken.includes(one))).toEqual([])
})

test.each(commands)('each option of %s stands in its section of docs/cli.md', (path, command) => {
  const known = optionsIn(rowOf(path) + sectionsOf(path) + elsewhere)
  expect(optionsOf(command).filter((one) => !known.includes(one))).toEqual([])
})

test('every table of options in docs/cli.md has options that there are', () => {
  const all = new Set(commands.flatMap(([, command]) => command.options.flatMap(({ long }) => long ?? [])))
  const named = (text.match(/^\| `--[^|]*/gm) ?? []).flatMap(optionsIn)
  expect(named.filter((one) => !all.has(one))).toEqual([])
})

const pages = ['../README', ...readdirSync(new URL('../../docs', import.meta.url))]
  .filter((name) => name.endsWith('.md') || name.endsWith('README'))
  .map((name) => name.replace(/\.md$/, ''))

/** A command of a page, as a shell would split it: `$ imeigate ...`, over several lines where they end in a backslash. */
const examples = pages.flatMap((name) =>
  [
    ...page(name).matchAll(/^ *(?:\$ (?:.*\| )?imeigate|(?:\$ )?npm run -s imeigate --) ((?:.*\\\n)*.*)$/gm),
  ].map(([, line = '']) => [name, line.replace(/ +#.*$/, '')] as const),
)

/** Words inside quotes are values, and may hold anything; the sign of a negative value is no option. */
const wordsOf = (line: string): string[] =>
  line
    .replace(/\\\n/g, ' ')
    .replace(/'[^']*'|"[^"]*"|'[^']*$/g, 'VALUE')
    .split(/\s+/)
    .filter((word) => word !== '')

function commandOf(words: string[]): Command {
  let command = program
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word)
    if (!next) break
    command = next
  }
  return command
}

const taken = (command: Command): (string | undefined)[] =>
  [...command.options, ...program.options].flatMap(({ long, short }) => [
    long ?? undefined,
    short ?? undefined,
  ])

test('the pages have examples', () => {
  expect(examples.length).toBeGreaterThan(150)
})

test.each(examples)('%s.md: imeigate %s: no secret is typed', (_page, line) => {
  const words = wordsOf(line)
  const secrets = commandOf(words).options.filter((option) => option instanceof SecretOption)
  const typed = words.filter((_word, at) => secrets.some(({ long }) => words[at - 1] === long))
  expect(typed.filter((word) => word !== '-')).toEqual([])
})

test.each(examples)('%s.md: imeigate %s: the command and its options exist', (_page, line) => {
  const words = wordsOf(line)
  const command = commandOf(words)
  const isDone = command.commands.length === 0 || command.registeredArguments.length > 0
  expect(isDone, `${line} names no command`).toBe(true)
  const given = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0])
  expect(given.filter((one) => one !== undefined && !taken(command).includes(one))).toEqual([])
})
