import { spawnSync } from 'node:child_process'
import { globSync, rmSync, statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PATIENCE_MS, until } from '../support/until.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** BUILT is the folder of the built application. */
export const BUILT = join(root, 'dist/web')

/** `buildIfOld` builds the pages where a file of theirs is newer than what was built, once for all workers. */
export async function buildIfOld(): Promise<void> {
  const turn = join(root, 'node_modules', `.web-build-${Buffer.from(root).toString('base64url').slice(-40)}`)
  await until('it is our turn to look whether the pages are built', () =>
    mkdir(turn).then(
      () => true,
      () => isLeft(turn),
    ),
  )
  try {
    if (!isOld()) return
    const run = spawnSync(process.execPath, ['scripts/build-web.ts'], { cwd: root, encoding: 'utf8' })
    if (run.status !== 0) throw new Error(`the pages cannot be built: ${run.stderr}`)
  } finally {
    rmSync(turn, { recursive: true, force: true })
  }
}

/** `isLeft` takes a turn back that a run left behind which was killed; it says false, so that the turn is asked for again. */
function isLeft(turn: string): false {
  const made = statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
  if (Date.now() - made > PATIENCE_MS) rmSync(turn, { recursive: true, force: true })
  return false
}

function isOld(): boolean {
  const built = statSync(join(root, 'dist/web/console.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = ['web/*.*', 'web/src/**/*.*', 'web/public/**/*.*', 'package-lock.json']
  return sources
    .flatMap((pattern) => globSync(pattern, { cwd: root, exclude: ['web/src/api/made/**'] }))
    .some((file) => statSync(join(root, file)).mtimeMs > built)
}
