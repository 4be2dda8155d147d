import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { build } from '../../src/command/program.ts'

const text = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
const pages = ['cli', 'deposits', 'suppliers', 'money', 'notices', 'webhooks', 'operating']
  .map((name) => readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), 'utf8'))
  .join('\n')
const program = await build()

/** A command of the page, as a shell would split it: `$ imeigate ...`, over several lines where they end in a backslash. */
const examples = [...text.matchAll(/^ *\$ (?:.*\| )?imeigate ((?:.*\\\n)*.*)$/gm)].map(
  ([, line = '']) => line,
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

const optionsOf = (command: Command): string[] =>
  [...command.options, ...program.options]
    .flatMap(({ long, short }) => [long, short])
    .filter((one) => one != null)

test('docs/cli.md has examples', () => {
  expect(examples.length).toBeGreaterThan(50)
})

test.each(examples)('imeigate %s: the command and its options exist', (line) => {
  const words = wordsOf(line)
  const command = commandOf(words)
  const isDone = command.commands.length === 0 || command.registeredArguments.length > 0
  expect(isDone, `${line} names no command`).toBe(true)
  const given = words.filter((word) => /^--?[a-z]/.test(word)).map((word) => word.split('=')[0])
  expect(given.filter((one) => one !== undefined && !optionsOf(command).includes(one))).toEqual([])
})

const leaves = (command: Command, path: string[] = []): [string, Command][] =>
  command.commands.length === 0
    ? [[path.join(' '), command]]
    : command.commands.flatMap((one) => leaves(one, [...path, one.name()]))

test.each(leaves(program))('%s stands in docs/cli.md', (path) => {
  expect(text).toMatch(new RegExp(`(\`|imeigate |^    )${path}\\b`, 'm'))
})

test.each(leaves(program))(
  'each option of %s stands in docs/cli.md, or in the page that it leads to',
  (_, command) => {
    const shown = command.options.filter(({ hidden }) => !hidden).flatMap(({ long }) => long ?? [])
    expect(shown.filter((long) => !new RegExp(`${long}(?![\\w-])`).test(pages))).toEqual([])
  },
)
