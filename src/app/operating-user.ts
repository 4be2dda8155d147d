import { userInfo } from 'node:os'
import { findings } from './findings.ts'

export const isRoot = (): boolean => process.getuid?.() === 0

/** AGAINST_ROOT is what to do instead of running as root. */
export const AGAINST_ROOT = findings.as_root

/** `userName` names who runs this process. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a user id that no passwd file knows.
    return `${process.getuid?.() ?? 'unknown'}`
  }
}
