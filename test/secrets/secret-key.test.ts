import { spawn } from 'node:child_process'
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { loadSecretKey } from '../../src/secrets/secret-key.ts'

const folders: string[] = []
const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-test-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7 + 190))
const load = (file: string, fromEnvironment?: string) => loadSecretKey({ fromEnvironment, file })

describe('the key of the environment', () => {
  it.each([
    ['hex', bytes.toString('hex')],
    ['capital hex', bytes.toString('hex').toUpperCase()],
    ['base64', bytes.toString('base64')],
    ['base64 without padding', bytes.toString('base64').replace('=', '')],
    ['url-safe base64', bytes.toString('base64url')],
  ])('may be in %s, and then no file is made', async (_form, text) => {
    const folder = temporaryFolder()
    expect(await load(join(folder, 'secret.key'), text)).toEqual(bytes)
    expect(readdirSync(folder)).toEqual([])
  })

  it.each([
    ['is empty', ''],
    ['is short', bytes.toString('hex').slice(2)],
    ['is long', `${bytes.toString('base64')}AAAA`],
    ['is no code', 'correct horse battery staple of 43 letters '],
    ['has a line after it', `${bytes.toString('hex')}\n`],
  ])('that %s is refused without being said', async (_what, text) => {
    const error = await load(join(temporaryFolder(), 'secret.key'), text).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({
      message: 'IMEIGATE_SECRET_KEY is not 32 bytes as 64 hex digits or base64',
    })
  })
})

describe('the key of the file', () => {
  it('is made when it is first needed, for its owner only, and stays', async () => {
    const folder = join(temporaryFolder(), 'not/yet/there')
    const file = join(folder, 'secret.key')
    const key = await load(file)
    expect(readFileSync(file, 'latin1')).toBe(`${key.toString('hex')}\n`)
    expect(key).toHaveLength(32)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder)).toEqual(['secret.key'])
    expect(await load(file)).toEqual(key)
    expect(await load(join(temporaryFolder(), 'secret.key'))).not.toEqual(key)
  })

  it('is the same for processes that make it at the same moment', async () => {
    const file = join(temporaryFolder(), 'data', 'secret.key')
    const code = `
      import { loadSecretKey } from ${JSON.stringify(new URL('../../src/secrets/secret-key.ts', import.meta.url).href)}
      process.stdout.write('ready\\n')
      process.stdin.once('data', async () => {
        const keys = await Promise.all([1, 2, 3].map(() => loadSecretKey({ fromEnvironment: undefined, file: process.argv[1] })))
        process.stdout.write(keys.map((key) => key.toString('hex') + '\\n').join(''))
        process.exit()
      })`
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', code, file], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    )
    const said = children.map((child) => text(child.stdout))
    await Promise.all(children.map((child) => new Promise((resolve) => child.stdout.once('data', resolve))))
    for (const child of children) child.stdin.write('go\n')
    const keys = (await Promise.all(said)).flatMap((lines) => lines.trim().split('\n').slice(1))
    expect(keys).toHaveLength(12)
    expect(new Set(keys)).toEqual(new Set([readFileSync(file, 'latin1').trim()]))
    expect(readdirSync(join(file, '..'))).toEqual(['secret.key'])
  })

  it.each([
    ['with', '\n'],
    ['with DOS', '\r\n'],
    ['without', ''],
  ])('may be put there by hand, %s line end', async (_how, end) => {
    const file = join(temporaryFolder(), 'secret.key')
    writeFileSync(file, `${bytes.toString('hex')}${end}`)
    expect(await load(file)).toEqual(bytes)
  })

  it.each([
    ['empty', ''],
    ['short', bytes.toString('hex').slice(1)],
    ['long', `${bytes.toString('hex')}0`],
    ['of two lines', `${bytes.toString('hex')}\n${bytes.toString('hex')}\n`],
    ['of raw bytes', bytes],
  ])('that is %s is refused, kept, and not said', async (_what, content) => {
    const file = join(temporaryFolder(), 'secret.key')
    writeFileSync(file, content)
    const error = await load(file).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({
      message: `${file} holds no key (64 hex digits): put it back from a backup, or remove it and enter suppliers' secrets again`,
    })
    expect(readFileSync(file)).toEqual(Buffer.from(content))
  })

  it('that cannot be read is not taken for a missing one', async () => {
    const file = join(temporaryFolder(), 'secret.key')
    mkdirSync(file)
    await expect(load(file)).rejects.toThrow(`the key of suppliers' secrets cannot be read: ${file} (EISDIR)`)
  })

  it('whose folder cannot be made is said', async () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    await expect(load(join(file, 'secret.key'))).rejects.toThrow(/secret\.key \(ENOTDIR\)$/)
  })

  it.runIf(process.getuid?.() === 0)('made by root belongs to whom the data folder belongs to', async () => {
    const folder = temporaryFolder()
    chownSync(folder, 65_534, 65_534)
    await load(join(folder, 'secret.key'))
    expect(statSync(join(folder, 'secret.key'))).toMatchObject({ uid: 65_534, gid: 65_534 })
    expect(statSync(join(folder, 'secret.key')).mode & 0o777).toBe(0o600)
  })
})
