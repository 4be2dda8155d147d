import { hash } from 'node:crypto'
import { Refusal } from '../errors.ts'
import type { Attributes } from './attributes.ts'

/** `versionOf` names how a thing stands: with another value it has another version. */
export const versionOf = (values: readonly unknown[]): string =>
  hash(
    'sha256',
    JSON.stringify(values, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    'base64url',
  ).slice(0, 16)

/** `versionOfNoun` is the version of a noun by all that can be changed of it; `more` are values that change otherwise. */
export const versionOfNoun = (attributes: Attributes, noun: object, ...more: readonly unknown[]): string =>
  versionOf([
    ...Object.entries(attributes).flatMap(([name, { flag, onlyIn }]) =>
      flag !== undefined && onlyIn !== 'create' ? [(noun as Record<string, unknown>)[name] ?? null] : [],
    ),
    ...more,
  ])

/** `checkVersion` throws version_conflict where a thing is no longer as whoever changes it has seen it; undefined: that does not matter. */
export function checkVersion(seen: string | undefined, present: string): void {
  if (seen === undefined || seen === present) return
  throw new Refusal('version_conflict', `its version is ${present} now: read it again`, 'If-Match')
}
