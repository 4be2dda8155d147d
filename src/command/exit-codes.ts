import { CommanderError } from 'commander'
import { WrongSettings } from '../config.ts'
import { isTemporary } from '../database/connection-loss.ts'
import { type ErrorCode, errors, Refusal } from '../errors.ts'

/** `exitCodes` are what a command may end with: the only list of them, from which docs/cli.md has its table. */
export const exitCodes = {
  done: { code: 0, meaning: 'done' },
  failed: {
    code: 1,
    meaning: 'the program itself failed, or a server could not be started: see the line, and the log',
  },
  usage: {
    code: 2,
    meaning:
      'what was given is wrong: a command, an option, a value, a file or a setting. The same again fails again',
  },
  refused: {
    code: 3,
    meaning:
      'what was asked for is not possible as things are: it exists already, it is closed, the money is short',
  },
  notFound: { code: 4, meaning: 'what was named is not there' },
  unavailable: {
    code: 5,
    meaning:
      'the database or another service is away, busy or locked: the same again may go well in a moment',
  },
  bad: {
    code: 6,
    meaning:
      'the command did its work, and what it looked at is not well: `doctor`, `ledger check`, `secrets status`, a test that failed',
  },
} as const satisfies Record<string, { code: number; meaning: string }>

export type ExitKind = keyof typeof exitCodes

/** `exitTable` writes the table of docs/cli.md. */
export const exitTable = (): string =>
  [
    '| exit code | meaning |',
    '| --- | --- |',
    ...Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`),
  ].join('\n')

/** `errorCodeOf` gives the code of what went wrong. */
export function errorCodeOf(error: unknown): ErrorCode {
  if (error instanceof Refusal) return error.code
  if (error instanceof CommanderError || error instanceof WrongSettings) return 'invalid_input'
  return isTemporary(error) ? 'temporarily_unavailable' : 'internal_error'
}

/** `exitKindOf` gives the kind of an error by the HTTP status that it has elsewhere. */
export function exitKindOf(error: unknown): ExitKind {
  const { status } = errors[errorCodeOf(error)]
  if (status === 404) return 'notFound'
  if (status === 429 || status === 503) return 'unavailable'
  if (status >= 500) return 'failed'
  return USAGE.includes(status) ? 'usage' : 'refused'
}

/** USAGE are the statuses of what is wrong in itself. */
const USAGE = [400, 405, 413, 422]
