import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { makeFolder } from '../../src/lib/data-folder.ts'
import { cleanUp, Program, start, temporaryFolder } from '../support/process.ts'

afterEach(() => cleanUp())

const file = (): string => {
  const path = join(temporaryFolder(), 'a-file')
  writeFileSync(path, '')
  return path
}

/** `unusable` are folders that nobody can make. */
const unusable: [what: string, path: () => string, why: RegExp][] = [
  ['below /proc', () => '/proc/x', /\/proc\/x cannot be made \(E\w+\)/],
  ['deep below /proc', () => '/proc/x/y/z', /\/proc\/x cannot be made \(E\w+\)/],
  ['below /sys', () => '/sys/imeigate', /\/sys\/imeigate cannot be made \(E\w+\)/],
  ['a file', file, /a-file is not a folder/],
  ['below a file', () => join(file(), 'data'), /a-file is not a folder/],
  ['deep below a file', () => join(file(), 'a/b/c'), /a-file is not a folder/],
  ['below a device', () => '/dev/null/data', /\/dev\/null is not a folder/],
  [
    'a link in a circle',
    () => {
      const link = join(temporaryFolder(), 'link')
      symlinkSync(link, link)
      return join(link, 'data')
    },
    /cannot be read \(ELOOP\)/,
  ],
  ['a name that is too long', () => join(temporaryFolder(), 'x'.repeat(300)), /\(ENAMETOOLONG\)/],
]
if (process.getuid?.() !== 0) {
  unusable.push([
    'one that may not be written',
    () => {
      const folder = temporaryFolder()
      chmodSync(folder, 0o500)
      return join(folder, 'data')
    },
    /cannot be made \(EACCES\)/,
  ])
}

describe.each(unusable.filter(() => process.platform === 'linux'))('a data folder %s', (_what, path, why) => {
  test('is an error that names it and the setting', () => {
    const folder = path()
    expect(() => makeFolder(folder)).toThrow(why)
    expect(() => makeFolder(folder)).toThrow(`the folder ${folder} cannot be used: `)
    expect(() => makeFolder(folder)).toThrow('IMEIGATE_DATA')
  })
})

test.each(['start', 'demo', 'migrate'])(
  'imeigate %s ends with code 1 when the data folder cannot be made',
  async (command) => {
    const program = new Program([command], { IMEIGATE_DATA: '/proc/x' })
    expect(await program.ended).toEqual({ code: 1, signal: null })
    expect(program.stderr).toMatch(/^error: the folder \/proc\/x cannot be used: .+IMEIGATE_DATA\n$/)
  },
)

test('with a database of its own, too, where the secret key would be kept there', async () => {
  const server = start({ DATABASE_URL: 'postgres://127.0.0.1:1/nowhere', IMEIGATE_DATA: '/proc/x' })
  expect(await server.ended).toEqual({ code: 5, signal: null })
})

test('folders above it are made, and one that is there is taken', () => {
  const folder = join(temporaryFolder(), 'a/b/c')
  makeFolder(folder)
  makeFolder(folder)
  mkdirSync(join(folder, 'd'))
  makeFolder(join(folder, 'd'))
})
