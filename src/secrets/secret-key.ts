import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chown, link, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { makeFolder, syncFolder } from '../lib/data-folder.ts'

const KEY_BYTES = 32
/** SECRET_KEY_PATTERN is 32 bytes as hex digits or as base64 (standard or url-safe, with or without padding). */
export const SECRET_KEY_PATTERN = '^(?:[0-9A-Fa-f]{64}|[A-Za-z0-9+/_-]{43}=?)$'

/**
 * `loadSecretKey` gives the 32 bytes that secrets are sealed with: those of the environment, or else those of the file. The file
 * is made where it is missing; processes that do so at the same time all use the first one's.
 * Throws an Error, in which there is nothing of the key, when either is malformed or the file cannot be had.
 */
export async function loadSecretKey(where: KeyPlace): Promise<Buffer> {
  return findSecretKey(where) ?? (await makeSecretKey(where.file))
}

/** `findSecretKey` does the same where there is a key, and makes none. */
export function findSecretKey({ fromEnvironment, file }: KeyPlace): Buffer | undefined {
  if (fromEnvironment === undefined) return readSecretKey(file)
  if (new RegExp(SECRET_KEY_PATTERN).test(fromEnvironment)) return decode(fromEnvironment)
  throw new Error('IMEIGATE_SECRET_KEY is not 32 bytes as 64 hex digits or base64')
}

interface KeyPlace {
  fromEnvironment: string | undefined
  file: string
}

function decode(text: string): Buffer {
  return Buffer.from(text, text.length === 2 * KEY_BYTES ? 'hex' : 'base64')
}

/** `readSecretKey` gives undefined where there is no such file. */
export function readSecretKey(file: string): Buffer | undefined {
  let text: string
  try {
    text = readFileSync(file, 'latin1')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new Error(`the key of suppliers' secrets cannot be read: ${file} (${code})`)
  }
  if (/^[0-9a-f]{64}\s*$/i.test(text)) return decode(text.trim())
  // A key that is there is never made anew, because all that was sealed would be lost.
  throw new Error(
    `${file} holds no key (64 hex digits): put it back from a backup, or remove it and enter suppliers' secrets again`,
  )
}

/** `makeSecretKey` writes the key under another name first, so that nobody reads half a key and no crash takes a used one. */
export async function makeSecretKey(file: string): Promise<Buffer> {
  const folder = dirname(file)
  makeFolder(folder)
  const half = `${file}.new-${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    await write(half, `${randomBytes(KEY_BYTES).toString('hex')}\n`)
    // When root is the first to need the key, it belongs to the service's user, as PostgreSQL's files do.
    const { uid, gid } = await stat(folder)
    if (process.getuid?.() === 0) await chown(half, uid, gid)
    await link(half, file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Another process was faster.
    if (code !== 'EEXIST') throw new Error(`the key of suppliers' secrets cannot be made: ${file} (${code})`)
  } finally {
    await rm(half, { force: true })
  }
  for (const parent of [folder, dirname(folder)]) syncFolder(parent)
  const key = readSecretKey(file)
  if (!key) throw new Error(`the key of suppliers' secrets was removed while it was made: ${file}`)
  return key
}

/**
 * `replaceSecretKey` puts the key of the file `next` in the place of that of `file`, which is kept as `former`. There is a whole key under
 * `file` at every moment; cut off anywhere, it can be done again.
 */
export async function replaceSecretKey(file: string, next: string, former: string): Promise<void> {
  try {
    await link(file, former)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw new Error(`the former key cannot be kept as ${former} (${code})`)
  }
  syncFolder(dirname(file))
  await rename(next, file)
  syncFolder(dirname(file))
}

async function write(file: string, text: string): Promise<void> {
  const opened = await open(file, 'wx', 0o600)
  try {
    await opened.writeFile(text)
    await opened.sync()
  } finally {
    await opened.close()
  }
}
