/** SECRET stands in texts and files where a result is not shown. */
export const SECRET = '(secret)'

/** ANSWER is where a supplier's own words may begin in what is said of an attempt. */
const ANSWER = /["“:{<]/

/** CODE is a word that may be a code or a number. */
const CODE = /\S*\d\S*/g
const MIN_CODE_LENGTH = 4

/**
 * `withoutAnswer` takes out of what is said of an attempt, or asked in a review, all that may be a result: what is quoted or follows a colon, and
 * everything where a word before that may be a code.
 */
function withoutAnswer(text: string): string {
  const at = text.search(ANSWER)
  const ours = at < 0 ? text : text.slice(0, at)
  if (ours.match(CODE)?.some(({ length }) => length >= MIN_CODE_LENGTH)) return SECRET
  return at < 0 ? text : `${ours.trimEnd()} ${SECRET}`.trimStart()
}

/** ABOUT_ANSWERS are the kinds of reviews whose words may have what a supplier answered. */
const ABOUT_ANSWERS: readonly string[] = ['unknown', 'expired', 'changed', 'unrecognised answer']

/** `reviewWords` are what a review says, without what may be a result of a service with secret results. */
export const reviewWords = ({
  kind,
  detail,
  secretResults,
}: {
  kind: string
  detail: string
  secretResults: boolean
}): string => (secretResults && ABOUT_ANSWERS.includes(kind) ? withoutAnswer(detail) : detail)

/** `attemptWords` are what is said of an attempt, likewise: of one that succeeded nothing, of one that was refused everything. */
export function attemptWords({ state, detail }: { state: string; detail: string | null }): string | null {
  if (detail === null || state === 'refused' || state === 'given_up') return detail
  return state === 'succeeded' ? null : withoutAnswer(detail)
}
