import { isImei, otherIn } from '../../../client/index.ts'
import type { SupplierOutcome, SupplierTask } from '../supplier.ts'
import type { ExactJson } from './json.ts'

/**
 * `contradictionIn` says that an answer, of which the JSON or the text is given, is about another phone than `input`. `others` are what
 * was asked about in the same breath.
 */
export function contradictionIn(
  said: ExactJson | undefined,
  input: string,
  others: readonly string[] = [],
): string | undefined {
  const theirs = otherIn(said, input, others)
  if (theirs === undefined) return undefined
  const what = isImei(input) ? 'IMEI' : 'serial number'
  return `asked about ${what} ${input}, answered about ${what} ${theirs}`
}

/** `heldAgainst` takes a result, a refusal or a duplicate that is another phone's for no answer. */
export function heldAgainst(
  { input }: Pick<SupplierTask, 'input'>,
  outcome: SupplierOutcome,
): SupplierOutcome {
  const reason = contradictionIn(wordsOf(outcome), input)
  return reason === undefined ? outcome : { kind: 'unknown', reason, askable: true, contradicts: true }
}

/** `wordsOf` gives the words of an outcome that ends an item, or finds another's order for it. */
function wordsOf(outcome: SupplierOutcome): string | undefined {
  if (outcome.kind === 'success') return outcome.result
  return outcome.kind === 'refused' || outcome.kind === 'duplicate' ? outcome.reason : undefined
}
