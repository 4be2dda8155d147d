import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../bin/imeigate.js', import.meta.url))

export interface Run {
  code: number | null
  stdout: string
  stderr: string
  /** stdout as the one JSON value that --json promises; throws when it is anything else. */
  // biome-ignore lint/suspicious/noExplicitAny: each test looks into what its command gives.
  json(): any
  /** The error of --json: the last line of stderr. */
  error(): { code: string; message: string; field: string | null }
}

/** Runs the command line as a user does: a process of its own, with nothing but these settings. */
export async function imeigate(args: string[], settings: Record<string, string>): Promise<Run> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH, HOME, PORT: '0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return {
    code,
    stdout,
    stderr,
    json: () => JSON.parse(stdout),
    error: () => JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '').error,
  }
}
