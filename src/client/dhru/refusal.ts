import { isObject } from './json.ts'
import { isEmpty, Row, referenceIn, textOf } from './row.ts'

/**
 * RefusalMeaning is what a refusal says. `unclear`: something broke there, so that nothing proves that no order was taken.
 * `malformed`: the request itself was not accepted (its size, its form). `refused`: none of the others.
 */
export type RefusalMeaning =
  | 'unclear'
  | 'duplicate'
  | 'login'
  | 'credit'
  | 'busy'
  | 'unsupported'
  | 'not found'
  | 'malformed'
  | 'refused'

/** DhruRefusal is an ERROR of a panel. */
export interface DhruRefusal {
  /** `message` is the panel's own, for people. */
  message: string
  meaning: RefusalMeaning
  /** `text` is all that it says, MESSAGE and FULL_DESCRIPTION of each error. `isCoded`: it begins with a code, as an imeigate's does. */
  text: string
  isCoded: boolean
  /** `reference` is the order that it names, as refusals of duplicates do; null where it names none, or more than one. */
  reference: string | null
}

/** `readRefusal` reads what stands under ERROR: an array of objects or texts, one object, or a text. Undefined when it is empty. */
export function readRefusal(error: unknown): DhruRefusal | undefined {
  if (isEmpty(error)) return undefined
  const errors = (Array.isArray(error) ? error : [error]).map(readOne)
  const message = [...new Set(errors.map((one) => one.message).filter((text) => text !== ''))].join('; ')
  const everything = errors.map((one) => one.everything).join('\n')
  const references = new Set(errors.flatMap((one) => one.references))
  const [reference = null] = references
  return {
    message: message || 'refused without a word',
    meaning: meaningOf(everything),
    text: everything,
    isCoded: codeOf(everything) !== undefined,
    reference: references.size === 1 ? reference : null,
  }
}

interface OneError {
  message: string
  everything: string
  references: string[]
}

function readOne(entry: unknown): OneError {
  if (!isObject(entry)) {
    const text = textOf(entry)
    return { message: text, everything: text, references: referencesIn(text) }
  }
  const row = new Row(entry)
  const message = row.text('MESSAGE', 'ERROR')
  const description = row.text('FULL_DESCRIPTION', 'FULLDESCRIPTION', 'DESCRIPTION')
  const field = referenceIn(row)
  return {
    // "ValidationError123" is for programs.
    message: (/^\w*$/.test(message) && description) || message || description,
    everything: `${description}\n${message}`,
    references:
      field === null ? [...new Set([...referencesIn(message), ...referencesIn(description)])] : [field],
  }
}

/**
 * `referencesIn` finds order numbers in a text: "order 1234", "Order ID: 1234", "#1234". An IMEI has more digits, and "order 5 minutes
 * ago" is none.
 */
const referencesIn = (text: string): string[] =>
  [...text.matchAll(ORDER_NUMBER), ...text.matchAll(HASHED_NUMBER)].map((match) => match[1] as string)

const ENDS = String.raw`(?![\w-]|[.,]\d|\s*(?:sec|min|hour|day|week|time))`
const NUMBER_WORDS = String.raw`(?:\s*(?:id|no\.?|number|ref(?:erence)?(?:\s*id)?))?\s*(?:is\s|[:=])?\s*#?`
const ORDER_NUMBER = new RegExp(String.raw`\b(?:order|reference)${NUMBER_WORDS}(\d{1,12})${ENDS}`, 'gi')
const HASHED_NUMBER = new RegExp(String.raw`(?<!error\s*)#(\d{3,12})${ENDS}`, 'gi')

/** `codes` has those with which another imeigate begins FULL_DESCRIPTION. */
const codes = new Map<string, RefusalMeaning>(
  Object.entries({
    internal_error: 'unclear',
    duplicate_order: 'duplicate',
    idempotency_conflict: 'duplicate',
    invalid_credentials: 'login',
    key_expired: 'login',
    key_revoked: 'login',
    account_closed: 'login',
    ip_not_allowed: 'login',
    insufficient_balance: 'credit',
    permission_denied: 'login',
    invalid_signature: 'login',
    too_many_requests: 'busy',
    too_many_failed_logins: 'busy',
    provider_unavailable: 'busy',
    shutting_down: 'busy',
    temporarily_unavailable: 'busy',
    unsupported_action: 'unsupported',
    action_missing: 'unsupported',
    order_not_found: 'not found',
    malformed_parameters: 'malformed',
    payload_required: 'malformed',
    too_many_rows: 'malformed',
    body_too_large: 'malformed',
    method_not_allowed: 'malformed',
    invalid_input: 'refused',
    service_not_found: 'refused',
    service_closed: 'refused',
    service_paused: 'refused',
    imei_required: 'refused',
    invalid_imei: 'refused',
    field_missing: 'refused',
    invalid_field: 'refused',
    quantity_out_of_range: 'refused',
    order_id_required: 'refused',
    not_found: 'refused',
    conflict: 'refused',
  }),
)

/** NOT_KNOWN is what another imeigate says when its database went away with the request in hand. */
const NOT_KNOWN = /it is not known whether this was done/

const anyOf = (...patterns: RegExp[]): RegExp => new RegExp(patterns.map(({ source }) => source).join('|'))

/**
 * `patterns` match the texts of real panels, in lower case with single blanks; the first that fits counts. Texts that may be about the
 * customer's own account at a tool ("Invalid username") are not taken for ours.
 */
const patterns: [meaning: RefusalMeaning, text: RegExp][] = [
  [
    'unclear',
    anyOf(
      /(?:internal|server|fatal|unexpected|unknown) error/,
      /(?:database|db) (?:error|connection)|mysql|sqlstate|sql (?:error|syntax)/,
      /something went wrong|timed? ?-?out|could not connect/,
      NOT_KNOWN,
    ),
  ],
  [
    'duplicate',
    anyOf(
      /validationerror123|duplicate|same imei/,
      /already (?:been )?(?:in (?:process|progress|queue)|exists?|pending|processing|ordered|placed)/,
      /already (?:been )?(?:submitted|received|sent|added)/,
      /(?:imei|order|request) (?:is )?(?:still )?(?:pending|in process)/,
    ),
  ],
  [
    'login',
    anyOf(
      /authentication ?(?:failed|failure|error|required)|not authenticated|unauthori[sz]ed|access denied/,
      /(?:invalid|wrong|incorrect|bad|unknown|expired|missing) (?:credentials?|log-?in|(?:access|security) ?key|api)/,
      /(?:invalid|wrong|incorrect) user(?:name)? ?(?:or|and|\/)/,
      /api ?(?:access ?)?key (?:is )?(?:not |in|wrong|incorrect|expired|revoked|disabled|blocked|missing|required)/,
      /log-?in (?:failed|incorrect|invalid)|(?:invalid|blocked) ip/,
      /\bip (?:address |request )?(?:is |was )?(?:not |invalid|blocked|denied|restricted|banned)/,
      /(?:your|api|reseller|user) (?:api )?(?:account|access) (?:is |was |has been )?(?:not active|inactive|locked)/,
      /(?:your|api|reseller|user) (?:api )?(?:account|access) (?:is |was |has been )?(?:disabled|blocked)/,
      /account (?:is |was |has been )?(?:suspended|closed|banned|deactivated)/,
    ),
  ],
  [
    'credit',
    anyOf(
      /creditprocesserror|credit limit|(?:recharge|top ?up) your/,
      /(?:not? enough|in-?sufficient|too low|low|lack of|out of) (?:account |your )?(?:credit|balance|fund|money)/,
      /(?:credit|balance|fund|money)s? (?:is |are |was )?(?:not (?:enough|sufficient)|insufficient)/,
      /(?:credit|balance|fund|money)s? (?:is |are |was )?(?:too low|low|exceeded|exhausted)/,
    ),
  ],
  [
    'busy',
    anyOf(
      /too many (?:request|attempt|connection|quer)|rate ?-?limit|request limit|throttl|slow down/,
      /maintenance|shutting down|try (?:it )?again (?:later|in|after)/,
      /(?:server|system|api|panel) (?:is )?(?:temporar\w+ )?(?:busy|overloaded|unavailable|down|offline)/,
      /once (?:per|in|every) \d* ?(?:second|minute)/,
    ),
  ],
  [
    'unsupported',
    anyOf(
      /(?:unsupported|invalid|unknown|undefined|wrong|missing) (?:action|command|method)/,
      /(?:action|command|method) (?:is |was )?(?:not |in|un)(?:supported|found|allowed|valid|available|known)/,
    ),
  ],
  [
    'not found',
    anyOf(
      /(?:order|reference)(?: ?id| number)? (?:is |was )?(?:not found|invalid|unknown)/,
      /(?:invalid|unknown|wrong|no such) (?:order|reference)|order (?:does not|doesn't) exist/,
    ),
  ],
]

function meaningOf(everything: string): RefusalMeaning {
  const code = codeOf(everything)
  if (code === 'busy' && NOT_KNOWN.test(everything)) return 'unclear'
  if (code !== undefined) return code
  const text = everything.toLowerCase().replace(/\s+/g, ' ')
  return patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? 'refused'
}

const codeOf = (everything: string): RefusalMeaning | undefined =>
  codes.get(/^([a-z_]+)(?=$|:|\n)/.exec(everything)?.[1] ?? '')
