import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { inject } from 'vitest'
import { openPool } from '../../src/database/database.ts'
import { chooseUser, findBinaries } from '../../src/database/embedded/binaries.ts'
import { childrenOf, killAll, temporaryFolder } from './process.ts'
import { until } from './until.ts'

/** SETTINGS: several servers of a test may use it at once. */
const SETTINGS = ['unix_socket_directories=', 'max_connections=300']

export const PASSWORD = 'n0t-for-any-log'

/** `OperatorPostgres` is a PostgreSQL as an operator has one of their own: over TCP, with a password. */
export class OperatorPostgres {
  readonly #folder: string
  readonly #port: number
  readonly #runAs = chooseUser()
  readonly #native = findBinaries(this.#runAs)
  #child: ChildProcess | undefined

  static async start(): Promise<OperatorPostgres> {
    const server = new OperatorPostgres(temporaryFolder({ mode: 0o755 }), await freePort())
    execFileSync('cp', ['-a', newCluster(), server.#folder])
    await server.start()
    return server
  }

  constructor(folder: string, port: number) {
    this.#folder = join(folder, 'postgres')
    this.#port = port
  }

  url(database = 'postgres', password = PASSWORD): string {
    return `postgres://operator:${password}@127.0.0.1:${this.#port}/${database}`
  }

  async create(database: string, template = 'template1'): Promise<string> {
    const sql = openPool(this.url(), { max: 1 })
    await sql`create database ${sql(database)} template ${sql(template)}`
    await sql.end()
    return this.url(database)
  }

  async start(): Promise<void> {
    this.#spawn()
    await until('PostgreSQL answers', async () => {
      // What a killed one left may take a moment to go away; one that starts beside it ends.
      if (this.#child?.exitCode !== null) this.#spawn()
      const sql = openPool(this.url(), { max: 1 })
      return sql`select 1`.then(
        () => sql.end().then(() => true),
        () => sql.end().then(() => false),
      )
    })
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    killAll([child.pid, ...childrenOf(child.pid)])
    await ended
  }

  /** `backUp` copies the files of a server that was killed, as a snapshot of its disk does. */
  backUp(): void {
    execFileSync('cp', ['-a', this.#folder, `${this.#folder}-backup`])
  }

  /** `becomeStandby` has a server that was killed come up as a standby, which takes no changes until it is promoted. */
  becomeStandby(): void {
    writeFileSync(join(this.#folder, 'standby.signal'), '')
  }

  /** `restore` puts the copy back under a server that was killed. */
  restore(): void {
    rmSync(this.#folder, { recursive: true })
    execFileSync('cp', ['-a', `${this.#folder}-backup`, this.#folder])
  }

  #spawn(): void {
    this.#child = spawn(
      join(this.#native, 'bin/postgres'),
      [
        '-D',
        this.#folder,
        '-p',
        `${this.#port}`,
        '-h',
        '127.0.0.1',
        ...SETTINGS.flatMap((one) => ['-c', one]),
      ],
      { ...this.#runAs, cwd: this.#folder, stdio: 'ignore' },
    )
  }
}

/** `newCluster` gives a cluster that no server has run on yet. The run makes it once, because initdb takes a second and a half of processor time. */
function newCluster(): string {
  const original = join(inject('runFolder'), 'operator')
  if (existsSync(original)) return original
  const runAs = chooseUser()
  const half = mkdtempSync(`${original}-`)
  const passwordFile = `${half}-password`
  writeFileSync(passwordFile, `${PASSWORD}\n`)
  const { uid, gid = uid } = runAs
  if (uid !== undefined) for (const path of [half, passwordFile]) chownSync(path, uid, gid as number)
  const run = spawnSync(
    join(findBinaries(runAs), 'bin/initdb'),
    ['-D', half, '-U', 'operator', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '--no-sync'],
    { ...runAs, cwd: half, encoding: 'utf8' },
  )
  if (run.status !== 0) throw new Error(run.stderr)
  try {
    renameSync(half, original)
  } catch {
    // Another worker was faster.
  }
  return original
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
