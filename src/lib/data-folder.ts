import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * `makeFolder` makes a folder and the folders above it. Throws an Error in words that name the folder and the setting. Node's own
 * recursive mkdir never returns where the system says of a folder that is there that it is not, as /proc does
 * (https://github.com/nodejs/node/issues/27198).
 */
export function makeFolder(folder: string, setting = 'IMEIGATE_DATA'): void {
  const unusable = (why: string): Error =>
    new Error(`the folder ${folder} cannot be used: ${why}; choose another one by ${setting}`)
  const missing: string[] = []
  for (let path = folder; !isFolder(path, unusable); path = dirname(path)) missing.unshift(path)
  for (const path of missing) {
    try {
      mkdirSync(path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // Another process that started at the same time was faster.
      if (code !== 'EEXIST' || !isFolder(path, unusable)) throw unusable(`${path} cannot be made (${code})`)
    }
  }
}

/** `isFolder` throws where something else than a folder is, or where it cannot be read. */
function isFolder(path: string, unusable: (why: string) => Error): boolean {
  try {
    if (statSync(path).isDirectory()) return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return false
    if (code !== 'ENOTDIR') throw unusable(`${path} cannot be read (${code})`)
    return false
  }
  throw unusable(`${path} is not a folder`)
}

/** `syncFolder` makes the names in a folder as durable as what they name. A folder that we may not read is one that somebody else has filled. */
export function syncFolder(folder: string): void {
  let opened: number
  try {
    opened = openSync(folder, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return
    throw error
  }
  try {
    fsyncSync(opened)
  } finally {
    closeSync(opened)
  }
}
