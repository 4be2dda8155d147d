import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  accessSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Logger } from 'pino'
import { makeFolder, syncFolder } from '../../lib/data-folder.ts'
import { removeAbandoned } from './abandoned.ts'
import { chooseUser, findBinaries, type RunAs } from './binaries.ts'

/** PORT only names the socket: there is no TCP. */
export const PORT = 5432
/** USER starts, stops and migrates; it is a superuser. All that serves connects as SERVING_USER. */
export const USER = 'imeigate'
export const SERVING_USER = 'imeigate_serving'

/** LOG_LIMIT is how many bytes of PostgreSQL's log are kept in one of two files. */
export const LOG_LIMIT = 10_000_000
const HALF_MADE = 'postgres.new-'
/** MAX_SOCKET_LENGTH: sun_path has 108 bytes on Linux and 104 on macOS, one of them a NUL. */
const MAX_SOCKET_LENGTH = process.platform === 'linux' ? 107 : 103

/** `settings` differ from PostgreSQL's defaults. None trades durability: fsync and its kind stay on. */
const settings = {
  listen_addresses: '',
  max_connections: '200',
  shared_buffers: '256MB',
  // Checkpoints by time rather than by volume keep the stream of orders even.
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  // Every statement here is short; compiling it costs more than running it.
  jit: 'off',
}

/** Cluster is the files of one embedded PostgreSQL. It starts the server. */
export class Cluster {
  /** `folder` is PostgreSQL's data directory. */
  readonly folder: string
  readonly logFile: string
  /** `socketFolder` is the folder that the socket is in, as clients name it. */
  readonly socketFolder: string
  readonly #runAs: RunAs
  readonly #native: string
  /** `#unreachable`: PostgreSQL cannot be told its own folders by their paths. See `#own`. */
  readonly #unreachable: boolean

  /**
   * `open` makes the data folder and the cluster where there is none yet. A `signal` that comes while the cluster is made breaks that off,
   * and `open` rejects with its reason.
   */
  static async open(dataFolder: string, log: Logger, signal?: AbortSignal): Promise<Cluster> {
    const cluster = new Cluster(dataFolder)
    removeAbandoned(dataFolder, HALF_MADE)
    if (!existsSync(cluster.folder)) {
      log.debug('the embedded PostgreSQL is set up')
      await cluster.#initialise(dataFolder, signal)
    }
    cluster.#checkAccess()
    cluster.#checkVersion()
    return cluster
  }

  private constructor(dataFolder: string) {
    this.folder = join(dataFolder, 'postgres')
    this.logFile = join(dataFolder, 'postgres.log')
    makeFolder(dataFolder)
    this.#runAs = chooseUser(this.folder, dataFolder)
    this.#native = findBinaries(this.#runAs)
    this.#unreachable = this.#runAs.uid !== undefined && process.platform === 'linux'
    this.socketFolder = chooseSocketFolder(this.folder)
  }

  /** `start` starts a server that outlives us; it ends at once when another one has the cluster. `over` goes before our settings. Throws where the folder is gone. */
  start(over: Partial<typeof settings> = {}): ChildProcess {
    if (!existsSync(this.folder)) throw new Error(`the folder ${this.folder} is not there any more`)
    this.trimLog()
    this.#removeStalePid()
    if (this.socketFolder !== this.folder) this.#makeSocketFolder()
    const log = openSync(this.logFile, 'a', 0o600)
    const socket = this.socketFolder === this.folder ? this.#own(this.folder) : this.socketFolder
    const options = Object.entries({
      ...settings,
      ...over,
      unix_socket_directories: socket,
      port: String(PORT),
    })
    const child = spawn(
      join(this.#native, 'bin/postgres'),
      ['-D', this.#own(this.folder), ...options.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      // The server has a process group of its own: a terminal's Ctrl-C is for us, and we end the server in order.
      { ...this.#runAs, cwd: this.folder, detached: true, stdio: ['ignore', log, log] },
    )
    closeSync(log)
    child.unref()
    return child
  }

  /**
   * `trimLog` bounds PostgreSQL's log: what is longer than LOG_LIMIT becomes `postgres.log.1`, in the place of an earlier one. The server
   * has the file open, to append, and goes on at its new end; a line that it writes meanwhile may be lost.
   */
  trimLog(): void {
    try {
      if (statSync(this.logFile).size <= LOG_LIMIT) return
      copyFileSync(this.logFile, `${this.logFile}.1`)
      truncateSync(this.logFile)
    } catch {
      // There is none yet, or the disk is full: it is tried again in a minute.
    }
  }

  /** `pid` gives the running server's process id, as its lock file says. */
  pid(): number | undefined {
    try {
      const pid = Number(readFileSync(join(this.folder, 'postmaster.pid'), 'utf8').split('\n')[0])
      // A negative number is that of a single-user session.
      return pid > 0 ? pid : undefined
    } catch {
      return undefined
    }
  }

  /** `removeSocketFolder` is called after the server has ended. */
  removeSocketFolder(): void {
    if (this.socketFolder === this.folder) return
    try {
      rmdirSync(this.socketFolder)
    } catch {
      // Another start has put its socket there already.
    }
  }

  /** `lastWords` gives the end of PostgreSQL's own log, for a message about why it did not start. */
  lastWords(): string {
    try {
      return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-5).join('\n')
    } catch {
      return ''
    }
  }

  /**
   * `#own` names a folder so that PostgreSQL's user can reach it. When we are root on Linux, that user may have no way through the parent
   * folders. The working directory is entered while we are still root, stays with every server process, and needs no parents.
   */
  #own(folder: string): string {
    return this.#unreachable ? '/proc/self/cwd' : folder
  }

  /** `#initialise` makes the cluster under another name first, so that a killed start leaves nothing half done behind. */
  async #initialise(dataFolder: string, signal?: AbortSignal): Promise<void> {
    const half = join(dataFolder, `${HALF_MADE}${process.pid}`)
    mkdirSync(half, { mode: 0o700 })
    this.#giveAway(half)
    const failure = await runProgram(
      join(this.#native, 'bin/initdb'),
      ['-D', this.#own(half), '-U', USER, '-E', 'UTF8', '--locale=C', '-A', 'trust', '--no-instructions'],
      { ...this.#runAs, cwd: half },
      signal,
    )
    if (signal?.aborted || failure !== undefined) {
      removeFolder(half)
      signal?.throwIfAborted()
      throw new Error(`the embedded PostgreSQL could not be set up: ${failure}`)
    }
    try {
      renameSync(half, this.folder)
    } catch (error) {
      rmSync(half, { recursive: true, force: true })
      // Another process that started at the same time was faster.
      if (!existsSync(join(this.folder, 'PG_VERSION'))) throw error
    }
    // Promise 1: the names of the folders must be as durable as what will be in them.
    for (const parent of [dataFolder, dirname(dataFolder)]) syncFolder(parent)
  }

  #checkAccess(): void {
    try {
      accessSync(this.folder, constants.R_OK | constants.W_OK | constants.X_OK)
      if (process.getuid?.() === 0 || statSync(this.folder).uid === process.getuid?.()) return
    } catch {
      // Said below.
    }
    throw new Error(
      `${this.folder} belongs to another user: start imeigate as that user, or choose another data folder (IMEIGATE_DATA)`,
    )
  }

  #checkVersion(): void {
    const file = join(this.folder, 'PG_VERSION')
    if (!existsSync(file)) {
      throw new Error(
        `${this.folder} is not a PostgreSQL cluster: move it away, or choose another IMEIGATE_DATA`,
      )
    }
    const made = readFileSync(file, 'utf8').trim()
    const run = spawnSync(join(this.#native, 'bin/postgres'), ['--version'], {
      ...this.#runAs,
      encoding: 'utf8',
    })
    const ours = /(\d+)\./.exec(run.stdout)?.[1]
    if (made !== ours) {
      throw new Error(
        `${this.folder} was made by PostgreSQL ${made}, this imeigate brings ${ours}: move it with pg_dump, or set DATABASE_URL`,
      )
    }
  }

  #giveAway(folder: string): void {
    if (this.#runAs.uid !== undefined) chownSync(folder, this.#runAs.uid, this.#runAs.gid ?? this.#runAs.uid)
  }

  #makeSocketFolder(): void {
    const folder = this.socketFolder
    try {
      mkdirSync(folder, { mode: 0o700 })
      this.#giveAway(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    // Anyone may make a folder of this name there; only ours is trusted.
    const found = lstatSync(folder)
    const owner = this.#runAs.uid ?? process.getuid?.()
    if (!found.isDirectory() || found.uid !== owner || (found.mode & 0o077) !== 0) {
      throw new Error(
        `${folder} belongs to somebody else: remove it, or choose a data folder with a shorter path`,
      )
    }
  }

  /** `#removeStalePid`: after a crash of the machine, the id in the lock file may be that of any other process. */
  #removeStalePid(): void {
    const pid = this.pid()
    if (pid === undefined || process.platform !== 'linux') return
    try {
      if (
        readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'postgres' &&
        !worksElsewhere(pid, this.folder)
      )
        return
    } catch {
      // No such process: PostgreSQL sees that by itself.
      return
    }
    rmSync(join(this.folder, 'postmaster.pid'), { force: true })
  }
}

/** `worksElsewhere` tells whether this PostgreSQL process serves another cluster: the working directory of each is its own folder. */
function worksElsewhere(pid: number, folder: string): boolean {
  try {
    const its = statSync(`/proc/${pid}/cwd`)
    const ours = statSync(folder)
    return its.ino !== ours.ino || its.dev !== ours.dev
  } catch {
    // The process may not be examined (root in a container): then it is taken for ours.
    return false
  }
}

/**
 * `runProgram` runs a program to its end, or to that of `signal`; gives what went wrong. It is in a process group of its own, because a
 * terminal's Ctrl-C is for us, who then end it.
 */
async function runProgram(
  file: string,
  args: string[],
  options: RunAs & { cwd: string },
  signal?: AbortSignal,
): Promise<string | undefined> {
  const child = spawn(file, args, { ...options, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const end = (): void => killGroup(child)
  signal?.addEventListener('abort', end)
  try {
    if (signal?.aborted) end()
    const [code] = await once(child, 'close')
    return code === 0 ? undefined : errors.trim() || `exit ${code}`
  } catch (error) {
    return (error as Error).message
  } finally {
    signal?.removeEventListener('abort', end)
  }
}

/** `killGroup` ends a program and what it started: initdb runs PostgreSQL itself. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // The program has ended by itself.
  }
}

/** `removeFolder` leaves to the next start what cannot be removed now. */
function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  } catch {
    // `removeAbandoned` finds it.
  }
}

function chooseSocketFolder(folder: string): string {
  if (Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}`)) <= MAX_SOCKET_LENGTH) return folder
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  return join(tmpdir(), `imeigate-${name}`)
}
