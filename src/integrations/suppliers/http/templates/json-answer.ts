import type { Rule, TemplateAnswer } from '../template.ts'
import { badLogin, failures, outOfCredit, successes, tooBusy } from './words.ts'

/** `reasons` are the places where a failure is explained. */
const reasons = ['message', 'error_message', 'error', 'reason', 'result', 'response']

/** `succeeded` finds answers that say that it went well; `failed` those that say that it did not. */
export const succeeded: Rule[] = [
  { path: 'status', in: successes },
  { path: 'success', in: ['true', '1'] },
]
const failed: Rule[] = [
  { path: 'status', in: failures },
  { path: 'success', in: ['false', '0'] },
]
const failedFor = (pattern: string): Rule[] =>
  failed.flatMap((rule) => reasons.map((path) => ({ all: [rule, { path, matches: pattern }] })))

/**
 * `{"status": "success", "result": ...}` or `{"status": "error", "message": ...}`, with the usual other words for them.
 * Success needs a result, at one of these paths.
 */
export const jsonAnswer = (results: string[]) =>
  ({
    format: 'json',
    success: succeeded.flatMap((rule) => results.map((path) => ({ all: [rule, { path, exists: true }] }))),
    refused: failed,
    credit: failedFor(outOfCredit),
    login: failedFor(badLogin),
    busy: failedFor(tooBusy),
    result: results,
    reason: reasons,
  }) satisfies TemplateAnswer
