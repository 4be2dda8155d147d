import { spawn } from 'node:child_process'
import { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { run } from '../../src/command/run.ts'

const program = fileURLToPath(new URL('../../bin/imeigate.js', import.meta.url))

/** `commandsOf` gives a command and all those within it, each behind its words. */
export const commandsOf = (command: Command, words: string[] = []): [words: string, command: Command][] => [
  [words.join(' '), command],
  ...command.commands.flatMap((one) => commandsOf(one, [...words, one.name()])),
]

export interface Run {
  code: number | null
  stdout: string
  stderr: string
  /** `output` is both, in the order in which they were written. */
  output: string
  /** `json` gives stdout as the one JSON value that --json promises, and throws when it is anything else. */
  // biome-ignore lint/suspicious/noExplicitAny: each test looks into what its command gives.
  json(): any
  /** `error` gives the error of --json: the last line of stderr. */
  error(): { code: string; message: string; field: string | null }
}

let last: Promise<unknown> = Promise.resolve()

/**
 * `imeigate` runs the command line with nothing but these settings and this on stdin. It does so inside this process, because a process
 * of its own costs about half a second: one command at a time, each with its own arguments, environment, streams and exit code.
 */
export function imeigate(args: string[], settings: Record<string, string>, stdin = ''): Promise<Run> {
  const ended = last.then(() => runHere(args, settings, stdin))
  last = ended.catch(() => {})
  return ended
}

/** `imeigateProcess` does the same as a user does: as a process of its own. */
export async function imeigateProcess(
  args: string[],
  settings: Record<string, string>,
  stdin = '',
): Promise<Run> {
  const child = spawn(process.execPath, [program, ...args], {
    env: environment(settings),
  })
  child.stdin.end(stdin)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const written: Written[] = []
  for (const to of ['stdout', 'stderr'] as const)
    child[to].on('data', (bytes: Buffer) => written.push({ to, bytes }))
  return runOf(await ended, written)
}

async function runHere(args: string[], settings: Record<string, string>, stdin: string): Promise<Run> {
  const written: Written[] = []
  const own = {
    argv: [process.execPath, program, ...args],
    env: environment(settings),
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: new Collector(written, 'stdout'),
    stderr: new Collector(written, 'stderr'),
  }
  const before = Object.getOwnPropertyDescriptors(process)
  const { exitCode } = process
  try {
    for (const [name, value] of Object.entries(own))
      Object.defineProperty(process, name, { value, configurable: true })
    process.exitCode = undefined
    await run(args)
    return runOf(Number(process.exitCode ?? 0), written)
  } finally {
    for (const name of Object.keys(own) as (keyof typeof own)[])
      Object.defineProperty(process, name, before[name])
    process.exitCode = exitCode
  }
}

function environment(settings: Record<string, string>): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, PORT: '0', ...settings }
}

interface Written {
  to: 'stdout' | 'stderr'
  bytes: Buffer
}

class Collector extends Writable {
  constructor(written: Written[], to: Written['to']) {
    super({
      write(bytes: Buffer, _encoding, done) {
        written.push({ to, bytes })
        done()
      },
    })
  }
}

function runOf(code: number | null, written: Written[]): Run {
  const textOf = (...names: Written['to'][]): string =>
    Buffer.concat(written.filter(({ to }) => names.includes(to)).map(({ bytes }) => bytes)).toString()
  const [stdout, stderr] = [textOf('stdout'), textOf('stderr')]
  return {
    code,
    stdout,
    stderr,
    output: textOf('stdout', 'stderr'),
    json: () => JSON.parse(stdout),
    error: () => JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '').error,
  }
}
