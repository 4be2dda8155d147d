import { plainText } from '../../../client/index.ts'
import { findPattern } from '../../../lib/patterns.ts'
import type { ExactJson } from '../http-kit/json.ts'
import { type Seen, valueAt } from './places.ts'
import type { Rule, TemplateAnswer } from './template.ts'

/** Verdict is what an answer means. */
export type Verdict = (typeof kinds)[number] | 'unclear'

const kinds = ['login', 'credit', 'busy', 'duplicate', 'refused', 'pending', 'success'] as const
const taken = ['success', 'pending'] as const

type Test = Omit<Rule, 'all'>

/**
 * `verdictOf` says what a template's rules make of an answer; `unclear` where none holds, and where some say that it was taken and others
 * that it was not (promise 4: no guess).
 *
 * A rule that says nothing of `$status` applies to answers of 2xx, and to those of 4xx when it is about what was not taken. To an answer
 * that should be JSON and is not, only rules about `$status` alone apply.
 */
export function verdictOf(answer: TemplateAnswer, seen: Seen, imei: string): Verdict {
  const held = kinds.filter((kind) =>
    answer[kind]?.some((rule) => applies(rule, kind, answer, seen) && holds(rule, seen, imei)),
  )
  const isTaken = (kind: Verdict): boolean => taken.some((one) => one === kind)
  const [first = 'unclear'] = held
  return held.length > 1 && held.some(isTaken) ? 'unclear' : first
}

function applies(rule: Rule, kind: Verdict, { format }: TemplateAnswer, seen: Seen): boolean {
  const tests = rule.all ?? [rule]
  if (format === 'json' && seen.json === undefined) return tests.every(({ path }) => path === '$status')
  if (tests.some(({ path }) => path === '$status')) return true
  const isWell = seen.status >= 200 && seen.status < 300
  return isWell || (kind !== 'success' && kind !== 'pending' && seen.status >= 400 && seen.status < 500)
}

const holds = (rule: Rule, seen: Seen, imei: string): boolean =>
  (rule.all ?? [rule]).every((test) => passes(test, seen, imei))

function passes(test: Test, seen: Seen, imei: string): boolean {
  const value = valueAt(test.path ?? '', seen)
  if (test.exists !== undefined) return (value !== undefined && value !== '') === test.exists
  const text = textOf(value)
  if (text === undefined) return false
  const isText = (expected: unknown): boolean => text.toLowerCase() === String(expected).toLowerCase()
  if (test.equals !== undefined) return isText(test.equals)
  if (test.in) return test.in.some(isText)
  if (test.contains !== undefined) {
    const sought = test.contains.replaceAll('{imei}', imei).toLowerCase()
    return sought !== '' && text.toLowerCase().includes(sought)
  }
  if (test.matches_not !== undefined) return findPattern(test.matches_not, text) === undefined
  return test.matches !== undefined && findPattern(test.matches, text) !== undefined
}

/** `textOf` writes true and false as they are, and objects as people read them. */
const textOf = (value: ExactJson | undefined): string | undefined =>
  value === undefined || value === null
    ? undefined
    : typeof value === 'boolean'
      ? String(value)
      : plainText(value)
