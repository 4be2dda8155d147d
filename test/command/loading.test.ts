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

const packagesOf = (command: string): Set<string> => {
  const { stderr, status } = spawnSync(process.execPath, ['--import', HOOK, program, command, '--help'], {
    encoding: 'utf8',
  })
  expect(status).toBe(0)
  return new Set(
    [...stderr.matchAll(/node_modules\/(@[^/]+\/[^/]+|[^/]+)\//g)].map(([, name]) => name as string),
  )
}

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
