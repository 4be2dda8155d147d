import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { type DatabaseAddress, openPool, type Sql } from '../../src/database/database.ts'
import { TestServer } from './server.ts'
import { until } from './until.ts'

export const program = fileURLToPath(new URL('../../bin/imeigate.js', import.meta.url))

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
}

const processes = new Set<Program>()
const folders = new Set<string>()
const pools = new Set<Sql>()

/** `Program` is imeigate as its operator runs it: a process of its own, with nothing but these settings. */
export class Program {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout = ''
  stderr = ''
  #onOutput: () => void = () => {}

  constructor(
    args: string[],
    settings: Record<string, string>,
    { node = process.execPath, file = program, ...options }: ProgramOptions = {},
  ) {
    const { PATH = '', HOME = '' } = process.env
    this.child = spawn(node, [file, ...args], {
      env: { PATH, HOME, PORT: '0', ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    })
    processes.add(this)
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.stdout += chunk
      this.#onOutput()
    })
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk
    })
    const { promise, resolve, reject } = Promise.withResolvers<Ended>()
    this.ended = promise
    this.child.once('error', reject)
    this.child.once('close', (code, signal) => {
      processes.delete(this)
      this.#onOutput()
      resolve({ code, signal })
    })
  }

  /** `says` waits for this on stdout, and gives the match; it fails when the process ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.stdout)
      if (found) return found
      if (!processes.has(this)) throw new Error(`it ended without ${pattern}:\n${this.stdout}${this.stderr}`)
      await new Promise<void>((resolve) => {
        this.#onOutput = resolve
      })
    }
  }

  /** `url` waits until the process listens, and gives the URL. */
  async url(): Promise<string> {
    const [, url] = await this.says(/"url":"(http[^"]+)"/)
    return url as string
  }

  /** `stop` ends the process as an operator does, and gives how it ended. */
  stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal)
    return this.ended
  }

  kill(): Promise<Ended> {
    return this.stop('SIGKILL')
  }

  /** `log` gives stdout as the structured log that it is where there is no terminal. */
  // biome-ignore lint/suspicious/noExplicitAny: each test looks into its own lines.
  log(): any[] {
    return this.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
}

export interface ProgramOptions {
  /** `node` is another Node to start it with. */
  node?: string
  /** `file` is another way to its file. */
  file?: string
  uid?: number
  gid?: number
  cwd?: string
  /** `detached` starts it in a process group of its own. */
  detached?: boolean
}

/** `imeigate start` on this data folder or with these settings. */
export function start(
  where: string | Record<string, string>,
  settings: Record<string, string> = {},
  options: ProgramOptions = {},
): Program {
  const database = typeof where === 'string' ? { IMEIGATE_DATA: where } : where
  return new Program(['start'], { ...database, ...settings }, options)
}

/** `temporaryFolder` makes an empty folder that `cleanUp` removes; only its owner may enter it, unless told otherwise. */
export function temporaryFolder({ mode = 0o700 }: { mode?: number } = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-test-'))
  chmodSync(folder, mode)
  folders.add(folder)
  return folder
}

/**
 * `migratedFolder` makes a data folder as `imeigate migrate` leaves it, by copying the one that the run has made: a new cluster takes
 * 1.5 seconds of processor time.
 */
export async function migratedFolder(): Promise<string> {
  const original = join(inject('runFolder'), 'migrated')
  if (!existsSync(original)) {
    const half = mkdtempSync(`${original}-`)
    await new Program(['migrate'], { IMEIGATE_DATA: half }).ended
    await postgresEnded(half)
    try {
      renameSync(half, original)
    } catch {
      // Another worker was faster.
    }
  }
  const folder = temporaryFolder()
  execFileSync('cp', ['-a', `${original}/.`, folder])
  return folder
}

/** `embeddedAddress` is where the role that serves, or another one, finds the embedded database of a data folder. */
export const embeddedAddress = (data: string, user = 'imeigate_serving'): DatabaseAddress => ({
  host: join(data, 'postgres'),
  port: 5432,
  user,
  database: 'imeigate',
})

/** `poolOn` opens a pool that `cleanUp` closes. */
export function poolOn(address: DatabaseAddress): Sql {
  const sql = openPool(address, { max: 2 })
  pools.add(sql)
  return sql
}

/** `shopOn` gives the means of the HTTP tests, on a server that runs as a process. */
export async function shopOn(server: Program, address: DatabaseAddress): Promise<TestServer> {
  const sql = poolOn(address)
  return new TestServer(
    {
      url: await server.url(),
      stop: async () => {
        await server.stop()
      },
      keepProofs: () => {},
    },
    { sql, owner: sql, drop: async () => {} },
  )
}

/** `postmasterOf` gives the id of the PostgreSQL server process of a data folder, where its lock file is. */
export function postmasterOf(data: string): number | undefined {
  try {
    return Number(readFileSync(join(data, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
}

/** `postgresOf` gives all running PostgreSQL processes of a data folder, the server process first. */
export function postgresOf(data: string): number[] {
  const postmaster = postmasterOf(data)
  if (postmaster === undefined || !isRunning(postmaster)) return []
  return [postmaster, ...childrenOf(postmaster)]
}

/** `postgresEnded` waits for the end of the PostgreSQL of a data folder. Whoever stops it waits for that, too, but not for long. */
export const postgresEnded = (data: string): Promise<void> =>
  until(
    'its PostgreSQL has ended',
    () => postgresOf(data).length === 0,
    () => postgresOf(data),
  )

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statusOf(Number(name))?.parent === parent)
    .map(Number)
}

/** `isRunning` takes a zombie for dead. */
export function isRunning(pid: number): boolean {
  const status = statusOf(pid)
  return status !== undefined && status.state !== 'Z'
}

function statusOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const [, state = '', parent = ''] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return { state, parent: Number(parent) }
  } catch {
    return undefined
  }
}

/** `killAll` sends SIGKILL to all at once. They are stopped first, so that none sees another die. */
export function killAll(pids: number[]): void {
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    for (const pid of pids) {
      try {
        process.kill(pid, signal)
      } catch {
        // Gone already.
      }
    }
  }
}

/** `cleanUp` ends every process, also of a test that failed, and removes the folders. It is for afterEach. */
export async function cleanUp({ keepFolders = false } = {}): Promise<void> {
  for (const { child } of processes)
    if (child.pid !== undefined) killAll([...childrenOf(child.pid), child.pid])
  await Promise.allSettled([...processes].map(({ ended }) => ended))
  await Promise.allSettled([...pools].map((sql) => sql.end({ timeout: 1 })))
  pools.clear()
  if (keepFolders) return
  for (const folder of folders) {
    for (const data of dataFoldersIn(folder)) killAll(postgresOf(data))
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
  folders.clear()
}

function dataFoldersIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('postgres/postmaster.pid'))
    .map((path) => join(folder, path, '../..'))
}
