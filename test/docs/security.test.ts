import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync, readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { build } from '../../src/command/program.ts'
import { settingsTable } from '../../src/config.ts'
import { commandsOf } from '../support/command.ts'
import { testServer } from '../support/server.ts'

const root = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/security.md', root), 'utf8')

/** `tables` gives the rows of all tables that are headed by this. */
const tables = (head: string): string[] =>
  page.split('\n\n').flatMap((block) => {
    const lines = block.trim().split('\n')
    return lines[0]?.startsWith(`| ${head} |`) ? lines.slice(2) : []
  })

test('every line of docs/security.md names a test that is there', () => {
  const rows = ['what somebody tries', 'what breaks'].flatMap(tables)
  expect(rows.length).toBeGreaterThan(50)
  for (const row of rows) {
    const tests = [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path as string)
    expect(tests, row).not.toEqual([])
    for (const path of tests) expect(existsSync(new URL(path, root)), path).toBe(true)
  }
})

const entrances = tables('entrance').map((row) => row.split(' | ')[0] ?? '')
const codesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code as string)
const named = entrances.flatMap(codesIn)
/** `rowOf` gives what stands in the one row of entrances that begins so. */
const rowOf = (words: string): string[] =>
  codesIn(entrances.find((row) => row.startsWith(`| ${words}`)) ?? '')

test('no route of the server is missing from the entrances, and none stands there that there is not', async () => {
  const routes = new Set<string>()
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ url }) => void routes.add(url))
  }
  subscribe('fastify.initialization', watch)
  try {
    await (await testServer({ METRICS_ADDR: '127.0.0.1:0' })).stop()
  } finally {
    unsubscribe('fastify.initialization', watch)
  }
  expect(routes.size).toBeGreaterThan(30)
  const patterns = named.filter((code) => code.startsWith('/'))
  const fits = (route: string, pattern: string): boolean =>
    pattern.endsWith('*') ? route.startsWith(pattern.slice(0, -1)) : route === pattern
  expect([...routes].filter((route) => !patterns.some((pattern) => fits(route, pattern)))).toEqual([])
  expect(patterns.filter((pattern) => ![...routes].some((route) => fits(route, pattern)))).toEqual([])
})

test('no command is missing', async () => {
  const { commands } = await build()
  expect(rowOf('the command line').toSorted()).toEqual(commands.map((one) => one.name()).toSorted())
})

test('no file that a command reads is missing', async () => {
  const writes = ['--proof', '--out', '--log', 'price export <file>', 'service export <file>']
  const files = commandsOf(await build()).flatMap(([words, command]) => [
    ...command.options.filter(({ flags }) => flags.includes('<file')).flatMap(({ long }) => long ?? []),
    ...command.registeredArguments.filter((one) => one.name() === 'file').map(() => `${words} <file>`),
  ])
  const listed = rowOf('files that commands read')
  const read = files.filter((one) => !one.endsWith('-file') || one === '--list-file')
  expect(read.filter((one) => !writes.includes(one) && !listed.includes(one))).toEqual([])
})

test('no address to listen at, and no file of the data folder, is missing', () => {
  const addresses = [...settingsTable().matchAll(/`(HOST|\w*PORT|\w+_ADDR|\w+_URL)`/g)].map(
    ([, name]) => name,
  )
  expect(addresses.length).toBeGreaterThan(3)
  expect(addresses.filter((name) => !named.includes(name ?? ''))).toEqual([])
  const operating = readFileSync(new URL('docs/operating.md', root), 'utf8')
  const kept = [...operating.matchAll(/^\| `([a-z.]+\/?)` +\| [^|]+\|$/gm)].map(([, name]) => name as string)
  expect(kept).toContain('secret.key')
  expect(kept.filter((name) => !rowOf('files in the data folder').includes(name))).toEqual([])
})
