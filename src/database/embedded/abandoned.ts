import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** `removeAbandoned` removes what processes that were killed left half made: folders named `<prefix><process id>`. */
export function removeAbandoned(parent: string, prefix: string): void {
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue
    const pid = Number(name.slice(prefix.length))
    if (!Number.isInteger(pid) || (pid !== process.pid && isAlive(pid))) continue
    try {
      rmSync(join(parent, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    } catch {
      // The folder's initdb still runs, or the folder is another user's. It is in nobody's way, and the next start tries again.
    }
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
