import { userInfo } from 'node:os'

export const isRoot = (): boolean => process.getuid?.() === 0

/** AGAINST_ROOT is what to do instead of running as root. */
export const AGAINST_ROOT =
  'run it as a user of its own that owns the data folder, so that a fault in it is no fault of the whole machine ' +
  '(docs/operating.md, As a service)'

/** `userName` names who runs this process. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a user id that no passwd file knows.
    return `${process.getuid?.() ?? 'unknown'}`
  }
}
