import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** IN_MEMORY is where Linux has a file system in memory. */
const IN_MEMORY = '/dev/shm'
const ENOUGH_BYTES = 6 * 1024 ** 3
const NAME = 'imeigate-run-'

/**
 * `openRunFolder` makes the folder in which all temporary files of a test run lie, and gives what removes it. Tests make and remove files of
 * PostgreSQL by the ten thousand, over which a file system on a disk spends a fifth of the run: where there is plenty of memory, they lie there.
 */
export function openRunFolder(): { folder: string; remove: () => void } {
  const root = hasRoomInMemory() ? IN_MEMORY : tmpdir()
  removeLeftOvers(root)
  const folder = mkdtempSync(join(root, `${NAME}${process.pid}-`))
  // Some tests start the program as another user, who must come through.
  chmodSync(folder, 0o711)
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  // What `os.tmpdir` gives from here on, in this process and in those that it starts.
  process.env['TMPDIR'] = folder
  return { folder, remove }
}

function hasRoomInMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(IN_MEMORY)
    return bavail * bsize > ENOUGH_BYTES && process.availableMemory() > ENOUGH_BYTES
  } catch {
    return false
  }
}

/** `removeLeftOvers` removes the folders of runs that were killed: nobody else would give their memory back. */
function removeLeftOvers(root: string): void {
  for (const name of readdirSync(root)) {
    const [, pid] = new RegExp(`^${NAME}(\\d+)-`).exec(name) ?? []
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(root, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
