import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const children = new Set<ChildProcess>()

/** Starts a server as a process of its own, on the port of `env` or a free one, and gives its URL once it answers under `ready`. */
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
  children.add(child)
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 300; tries++) {
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`)
    const answers = await fetch(`${url}${ready}`).then(
      (reply) => reply.ok,
      () => false,
    )
    if (answers) {
      pids.set(url, child.pid ?? 0)
      return url
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`${name} did not get ready`)
}

/** `pidOf` is the process id of what was started last under a URL. */
export const pidOf = (url: string): number => pids.get(url) ?? 0

const pids = new Map<string, number>()

/** `cleanUpOnSignals` ends everything that was started, also when the bench itself is told to end or fails. */
export function cleanUpOnSignals(cleanUp: () => Promise<void>): void {
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
}

/** Ends everything that was started. */
export async function stopAll(): Promise<void> {
  await Promise.all([...children].map(stop))
  children.clear()
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

export function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const server = createServer().listen(0, '127.0.0.1', () => {
    const address = server.address()
    server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
  })
  return promise
}
