import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('program.ts', import.meta.url))
const running = new Set<FakeProcess>()
const folders = new Set<string>()

// biome-ignore lint/suspicious/noExplicitAny: each test looks into its own lines.
type LogLine = any

/** `FakeProcess` is a fake supplier as its operator runs it: a process of its own, on a free port. */
export class FakeProcess {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  stdout = ''
  stderr = ''
  readonly #started: Promise<void>

  constructor(...options: string[]) {
    const { PATH = '', HOME = '' } = process.env
    this.child = spawn(process.execPath, [program, 'fake-supplier', '--port', '0', ...options], {
      env: { PATH, HOME },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(this)
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk
    })
    this.#started = new Promise((resolve) => {
      this.child.stdout?.on('data', (chunk: Buffer) => {
        this.stdout += chunk
        if (/http:\S+/.test(this.stdout)) resolve()
      })
      this.child.once('close', () => resolve())
    })
    this.ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        running.delete(this)
        resolve({ code, signal })
      })
    })
  }

  /** `url` waits until the process listens. */
  async url(): Promise<string> {
    await this.#started
    const [url] = /http:\/\/[\d.]+:\d+/.exec(this.stdout) ?? []
    if (url === undefined) throw new Error(`it did not start: ${this.stdout}${this.stderr}`)
    return url
  }

  stop(signal: NodeJS.Signals = 'SIGTERM'): typeof this.ended {
    this.child.kill(signal)
    return this.ended
  }
}

/** `logPath` gives a path for a log, in a folder that is removed after the test. */
export function logPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'imeigate-fake-'))
  folders.add(folder)
  return join(folder, 'fake.jsonl')
}

/** `readLines` gives every line of a log, and throws where one is not whole. */
export function readLines(path: string): LogLine[] {
  const text = readFileSync(path, 'utf8')
  if (text === '') return []
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** `cleanUp` ends every process, also of a test that failed, and removes the folders. It is for afterAll. */
export async function cleanUp(): Promise<void> {
  await Promise.all([...running].map((one) => one.stop('SIGKILL')))
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  folders.clear()
}
