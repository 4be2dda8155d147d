import { open, rename, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Refusal } from '../errors.ts'

/** `writeWhole` gives the file its name once it is whole. Throws invalid_input of the option `field` where there can be no such file, before anything is read. */
export async function writeWhole(
  content: NodeJS.ReadableStream | AsyncIterable<string | Uint8Array>,
  file: string,
  field = 'file',
): Promise<void> {
  const cannot = (why: string): Refusal =>
    new Refusal('invalid_input', `cannot write ${file} (${why})`, field)
  if ((await stat(file).catch(() => undefined))?.isDirectory()) throw cannot('it is a folder')
  const part = `${file}.part`
  const opened = await open(part, 'w', 0o600).catch(({ code }: NodeJS.ErrnoException) => {
    throw cannot(code === 'ENOENT' ? 'there is no such folder' : String(code))
  })
  try {
    await pipeline(content, opened.createWriteStream())
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
