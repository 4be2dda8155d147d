/**
 * `answerClasses` are what words of a refusal may mean, in the order in which they count where a text fits several. Only `item`, and
 * `duplicate` at a supplier that had nothing from us, give money back, so whatever contradicts them comes before them.
 *
 * - `taken`: it says that it was taken, whatever it says beside that
 * - `internal`: something broke there, which proves nothing
 * - `ip`, `login`: it does not know the address that we call from, or us
 * - `credit`: our credit there is not enough
 * - `limit`: we ask too often, or for too much
 * - `busy`: it asks us to come back later
 * - `command`: it does not know what we want from it, or our account may not
 * - `duplicate`: it has an order for the same input
 * - `later`: words of `busy` that are said beside others: "already in process, try again later"
 * - `item`: what was ordered cannot be done
 */
export const answerClasses = [
  'taken',
  'internal',
  'ip',
  'login',
  'credit',
  'limit',
  'busy',
  'command',
  'duplicate',
  'later',
  'item',
] as const
export type AnswerClass = (typeof answerClasses)[number]

/** WordList is what one language says, by what it means. `phraseOf` says how a phrase is written. */
export type WordList = Partial<Record<AnswerClass, readonly string[]>>
