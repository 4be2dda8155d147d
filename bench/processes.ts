import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const root = fileURLToPath(new URL('..', import.meta.url))
/** STOP_MS is how long a server that is told to end may take before it is killed. */
const STOP_MS = 20_000
const servers = new Map<string, ChildProcess>()
const others = new Set<ChildProcess>()

/** `start` starts a server as a process of its own, on the port of `env` or a free one; gives its URL once it answers under `ready`. */
export async function start(
  args: string[],
  env: Record<string, string>,
  name: string,
  ready = '/readyz',
): Promise<string> {
  const port = Number(env['PORT'] ?? (await freePort()))
  const child = spawn(process.execPath, args, {
    env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  servers.set(url, child)
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
    const answers = await fetch(`${url}${ready}`).then(
      (reply) => reply.ok,
      () => false,
    )
    if (answers) return url
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${name} did not get ready`)
}

/** `runJson` runs a program to its end and reads the JSON that it prints. Rejects with its stderr when it fails. */
export async function runJson(args: string[], env: Record<string, string>): Promise<unknown> {
  const running = promisify(execFile)(process.execPath, args, { env: { ...process.env, ...env } })
  others.add(running.child)
  try {
    const { stdout } = await running
    return JSON.parse(stdout)
  } finally {
    others.delete(running.child)
  }
}

/** `pidOf` is the process id of what was started last under a URL. */
export const pidOf = (url: string): number => servers.get(url)?.pid ?? 0

/** `cleanUpOnSignals` gives a function that cleans up once, and has it called when the bench is told to end or fails. */
export function cleanUpOnSignals(work: () => Promise<void>): () => Promise<void> {
  let cleaning: Promise<void> | undefined
  const cleanUp = (): Promise<void> => {
    cleaning ??= work()
    return cleaning
  }
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(code)))
  }
  process.once('uncaughtException', (error) => {
    process.stderr.write(`${error.stack}\n`)
    void cleanUp().finally(() => process.exit(1))
  })
  return cleanUp
}

/** `stopServer` ends the server under a URL. */
export async function stopServer(url: string): Promise<void> {
  const child = servers.get(url)
  servers.delete(url)
  if (child) await stop(child)
}

/** `stopAll` ends everything that was started. */
export async function stopAll(): Promise<void> {
  await Promise.all([...servers.values(), ...others].map(stop))
  servers.clear()
}

/** `stopPostgres` ends the embedded PostgreSQL that a killed process has left in its data folder. */
export async function stopPostgres(dataFolder: string): Promise<void> {
  const pid = postmasterOf(dataFolder)
  if (pid === undefined) return
  process.kill(pid, 'SIGINT')
  for (let tries = 0; tries < 100 && postmasterOf(dataFolder) === pid; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** `postmasterOf` is the process id of the embedded PostgreSQL of a data folder; undefined when it does not run. */
export function postmasterOf(dataFolder: string): number | undefined {
  try {
    return Number(readFileSync(join(dataFolder, 'postgres/postmaster.pid'), 'utf8').split('\n')[0])
  } catch {
    return undefined
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const killing = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await ended
  clearTimeout(killing)
}

export function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address()
    server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
  })
  return promise
}
