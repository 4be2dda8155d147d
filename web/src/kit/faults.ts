import { i18n, type MessageDescriptor } from '@lingui/core'
import { ApiFault, type Problem } from '../api/client.ts'

/** FaultWords say faults in the reader's language, by codes of the API; `{name}` in them is a value of the fault's `params`. */
interface FaultWords {
  refusals: Readonly<Record<string, MessageDescriptor>>
  /** `reasons` are whole sentences that say why something is refused. */
  reasons?: Readonly<Record<string, MessageDescriptor>>
  problems?: Readonly<Record<string, MessageDescriptor>>
  /** `fields` are the labels of values, by their names in the API. */
  fields?: Readonly<Record<string, MessageDescriptor>>
  /** `failures` say what the server says of calls to the outside, by the forms of its English texts. */
  failures?: Readonly<Record<string, MessageDescriptor>>
}

let words: FaultWords = { refusals: {} }
/** `sayFaultsBy` takes words that an application has at once. */
export const sayFaultsBy = (given: FaultWords): void => {
  words = given
}

/** `learnFaults` loads the words of all faults, behind the page; until then, and where there are none, the server's English is shown. */
export async function learnFaults(): Promise<void> {
  const learned = await import('./fault-words.ts')
  await learned.speakFaults()
  words = learned
  // What is shown already is said anew.
  i18n.emit('change')
}

const said = (
  table: Readonly<Record<string, MessageDescriptor>> | undefined,
  code: string,
  values: Record<string, unknown> = {},
): string | undefined => {
  const found = table?.[code]
  return found && i18n._(found.id, values, found.message === undefined ? {} : { message: found.message })
}

/** `isNone` tells that what an address names is not there. */
export const isNone = (fault: unknown): boolean =>
  fault instanceof ApiFault && [400, 404].includes(fault.status)

/** `refusalText` says what a code of a refusal means; undefined: there are no words for it. */
export const refusalText = ({ code }: ApiFault): string | undefined => said(words.refusals, code)

/** `detailOf` gives what the server says beyond the meaning of the code: "Conflict: order 5 is done" has "order 5 is done". */
export const detailOf = ({ message }: ApiFault): string | undefined => /^[^:]+: (.+)$/s.exec(message)?.[1]

/**
 * `problemText` is a sentence that says what is wrong with one value: in the reader's language where there are words for it, else as the server does. `label` is what
 * the value is called on the page; left out: what it is called everywhere, else its name in the API.
 */
export function problemText(problem: Problem, label = fieldText(problem.field) ?? problem.field): string {
  const { code, params } = problem
  const kind = params[code]
  const values = { ...readable(params), label }
  return (
    reasonText(problem) ??
    (typeof kind === 'string' ? said(words.problems, `${code} ${kind}`, values) : undefined) ??
    said(words.problems, code, values) ??
    failureText(String(params['message'])) ??
    sentence(String(params['message'] ?? code), label)
  )
}

/** `readable` writes values as a sentence has them: numbers as the reader writes them, and several things in a list. */
const readable = (params: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      typeof value === 'number'
        ? new Intl.NumberFormat(i18n.locale).format(value)
        : Array.isArray(value)
          ? value.join(', ')
          : value,
    ]),
  )

/** ON are the words by which a text of the server reads on from the name of a value. */
const ON = /^(?:is|are|has|have|must|may|needs|takes|does|cannot|stands|names|holds|was) /

/** `sentence` makes one of what the server says in English. */
function sentence(message: string, label: string): string {
  const text = ON.test(message) ? `${label} ${message}` : message
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?…]$/.test(text) ? '' : '.'}`
}

/** `reasonText` is a whole sentence that says why something is refused; undefined: what is wrong reads on from the name of a value. */
export const reasonText = ({ code, params }: Pick<Problem, 'code' | 'params'>): string | undefined =>
  said(words.reasons, code, params)

/** `failureText` says a text of the server about a call to the outside in the reader's language; undefined: it is no such text, but in the words of somebody else. */
export const failureText = (text: string): string | undefined => formText(words.failures ?? {}, text)

/** `formText` says a text of the server in the reader's language by words that stand under the forms of its texts; undefined: it has none of these. */
export function formText(
  forms: Readonly<Record<string, MessageDescriptor>>,
  text: string,
): string | undefined {
  for (const form of Object.keys(forms)) {
    const values = valuesIn(form, text)
    if (values) return said(forms, form, values)
  }
  return undefined
}

/** SHAPES are what values look like that are no words. */
const SHAPES: Readonly<Record<string, string>> = {
  status: '\\d{3}',
  ms: '\\d{1,9}',
  bytes: '\\d{1,12}',
  count: '\\d{1,9}',
  processes: 'process(?:es)?',
  // It is at the end, and may be a whole result.
  text: '[^]{1,20000}?',
}

/** PATTERNS are the forms as regular expressions: compiled once, as a page asks for each of them again whenever it shows a text. */
const PATTERNS = new Map<string, RegExp>()

function patternOf(form: string): RegExp {
  const known = PATTERNS.get(form)
  if (known) return known
  const text = form
    .replace(/[.*+?^$()[\]\\|]/g, '\\$&')
    .replace(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>${SHAPES[name] ?? '[^]{1,2000}?'})`)
  const pattern = new RegExp(`^${text}$`)
  PATTERNS.set(form, pattern)
  return pattern
}

/** `valuesIn` gives what stands in a text where a form has names. */
function valuesIn(form: string, text: string): Record<string, unknown> | undefined {
  const found = patternOf(form).exec(text)
  if (!found) return undefined
  const { ms, text: other, reason, ...values } = found.groups ?? {}
  return {
    ...values,
    ...(ms !== undefined && { seconds: Number(ms) / 1000 }),
    // These may be such a text themselves.
    ...(other !== undefined && { text: failureText(other) ?? other }),
    ...(reason !== undefined && { reason: failureText(reason) ?? reason }),
  }
}

/** `isOvertaken` tells whether a change was refused because somebody else was faster. */
export const isOvertaken = (fault: unknown): boolean =>
  fault instanceof ApiFault && fault.code === 'VERSION_CONFLICT_ERROR'

/** `isOfField` tells whether a problem is that of a field, by its name in the API, wherever in the body it stands. */
export const isOfField = ({ field }: Problem, name: string): boolean => `.${field}`.endsWith(`.${name}`)

/** `faultText` says a fault in one line, where there is room for no more. */
export function faultText(fault: Error): string {
  if (!(fault instanceof ApiFault)) return fault.message
  const [first] = fault.problems
  return first ? problemText(first) : (refusalText(fault) ?? fault.message)
}

/** `fieldText` gives the label of a value; undefined: it has its name in the API alone. */
export function fieldText(field: string): string | undefined {
  return stepsOf(field)
    .toReversed()
    .map((name) => said(words.fields, name))
    .find((label) => label !== undefined)
}

/** AROUND are steps of a path that say nothing to a reader. */
const AROUND = new Set(['settings', 'secrets', 'input', 'body'])

const stepsOf = (field: string): string[] => field.split('.').filter((step) => !AROUND.has(step))

/** `faultOfField` is what an answer says is wrong with a field of one of these names, by its label on the page. */
export function faultOfField(fault: unknown, names: readonly string[], label?: string): string | undefined {
  if (!(fault instanceof ApiFault)) return undefined
  const found = fault.problems.find(({ field }) => names.includes(field))
  return found && problemText(found, label)
}
