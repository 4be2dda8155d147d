import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { program } from '../support/process.ts'

/** HOOK writes every file that a process loads to stderr. */
const HOOK = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    load(url, context, next) {
      process.stderr.write(url + '\\n')
      return next(url, context)
    },
  })`)}`

/** Packages of hundreds of files. With them a command takes three times as long to start. */
const LARGE = ['kysely', 'typebox', 'fastify', 'graphile-worker']

/** `loadedBy` gives the files that a command line loads, one a line. */
const loadedBy = (...words: string[]): string => {
  const { stderr, status } = spawnSync(process.execPath, ['--import', HOOK, program, ...words], {
    encoding: 'utf8',
  })
  expect(status).toBe(0)
  return stderr
}

const packagesOf = (command: string): Set<string> =>
  new Set(
    [...loadedBy(command, '--help').matchAll(/node_modules\/(@[^/]+\/[^/]+|[^/]+)\//g)].map(
      ([, name]) => name as string,
    ),
  )

const NOUNS = [
  ...[
    'account',
    'deposit',
    'doctor',
    'group',
    'key',
    'ledger',
    'manual',
    'migrate',
    'notify',
    'order',
    'price',
  ],
  ...['rate', 'report', 'request', 'review', 'route', 'service', 'staff', 'supplier', 'token', 'webhook'],
]

test.each(NOUNS)('%s loads no large package before it needs one', (command) => {
  const loaded = packagesOf(command)
  expect(loaded).toContain('pg')
  expect(LARGE.filter((name) => loaded.has(name))).toEqual([])
})

test.each([['--version'], ['--help'], ['help'], ['--settings', 'rate', '--help']])(
  '%s is said without loading a command',
  (...words) => {
    expect(loadedBy(...words)).not.toContain('/src/command/rate.ts')
  },
)

test('a command is loaded, alone, by its name, whatever stands around it', () => {
  for (const words of [
    ['rate', '--help'],
    ['help', 'rate'],
    ['--settings', 'key', 'rate', '--help'],
  ]) {
    const loaded = loadedBy(...words)
    expect(loaded).toContain('/src/command/rate.ts')
    expect(loaded).not.toContain('/src/command/key.ts')
  }
})
