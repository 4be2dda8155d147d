import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** `writeWhole` gives the file its name once it is whole. */
export async function writeWhole(
  content: NodeJS.ReadableStream | AsyncIterable<string | Uint8Array>,
  file: string,
): Promise<void> {
  const part = `${file}.part`
  try {
    await pipeline(content, createWriteStream(part, { mode: 0o600 }))
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
