import { type Fault, Refusal } from '../../../errors.ts'
import { faultText } from '../../../lib/fault.ts'
import { isObject } from '../../../lib/json.ts'
import { parseMicros, thousandsFault } from '../../../lib/money.ts'
import { quoteLine, sanitizeLine } from '../../../lib/text.ts'
import type { Clock } from '../../../lib/time.ts'
import { wallTime } from '../../../lib/wall-clock.ts'
import type { Transfer, TransferReader } from '../transfer.ts'
import { isSigned } from './signature.ts'

/** MAX_TRANSFERS bounds what one request of a hook may tell of. */
const MAX_TRANSFERS = 1000

/** HookDeps are what the fields of `hookFields` and `toldApart` say. */
interface HookDeps {
  settings: Record<string, unknown>
  secrets: Record<string, string>
  currency: string
  clock: Clock
}

/** SignedHook reads transfers from JSON whose bytes are signed, by the paths that an operator has configured. */
export class SignedHook implements TransferReader {
  readonly #deps: HookDeps

  constructor(deps: HookDeps) {
    this.#deps = deps
  }

  receive(body: Buffer, headers: Record<string, unknown>): Transfer[] {
    const { settings, secrets } = this.#deps
    const header = headers[String(settings['hook_header']).toLowerCase()]
    const how = {
      secret: secrets['hook_secret'] ?? '',
      algorithm: settings['hook_algorithm'] as 'sha256' | 'sha512',
    }
    if (how.secret === '' || !isSigned(body, header, how)) throw new Refusal('invalid_signature')
    const list = valueAt(parse(body), String(settings['hook_list']))
    const entries = Array.isArray(list) ? list : [list]
    if (entries.length > MAX_TRANSFERS) throw wrong('body', `has more than ${MAX_TRANSFERS} transfers`)
    return entries.flatMap((entry, at) => (this.#counts(entry) ? [this.#transfer(entry, String(at))] : []))
  }

  #counts(entry: unknown): boolean {
    const when = this.#deps.settings['hook_when'] as Record<string, string>
    return Object.entries(when).every(([path, value]) => textAt(entry, path) === value)
  }

  #transfer(entry: unknown, at: string): Transfer {
    const { settings, currency, clock } = this.#deps
    const path = (name: string) => String(settings[name])
    const id = textAt(entry, path('hook_id'))
    if (id === undefined || id === '' || id.length > 200) {
      throw wrong(at, `has no id of 1 to 200 characters at ${path('hook_id')} (hook_id)`)
    }
    const amount = this.#amount(textAt(entry, path('hook_amount')) ?? '')
    if (amount === undefined) throw wrong(at, `has no amount at ${path('hook_amount')} (hook_amount)`)
    const zone = path('time_zone')
    const time =
      path('hook_time') === '' ? wallTime(clock.now(), zone) : timeIn(textAt(entry, path('hook_time')), zone)
    if (time === undefined) throw wrong(at, `has no time at ${path('hook_time')} (hook_time)`)
    const said = path('hook_currency') === '' ? undefined : (textAt(entry, path('hook_currency')) ?? '')
    const ours = String(settings['hook_currency_name'] ?? currency)
    return {
      id: sanitizeLine(id),
      amount,
      currency:
        said === undefined || said.toUpperCase() === ours.toUpperCase() ? null : quoteLine(said, 20) || '?',
      at: time,
      words: quoteLine(path('hook_words') === '' ? '' : (textAt(entry, path('hook_words')) ?? ''), 300),
    }
  }

  /** `#amount` gives undefined for what is no amount, or may be one in thousands. */
  #amount(text: string): bigint | undefined {
    const { settings, currency } = this.#deps
    const decimals = Number(settings['hook_decimals'])
    if (decimals > 0) {
      // What is finer than a micro is left out.
      return /^\d{1,30}$/.test(text) ? (BigInt(text) * 1_000_000n) / 10n ** BigInt(decimals) : undefined
    }
    const plain = text.replace(/^(\d+\.\d{6})0+$/, '$1')
    return thousandsFault(plain, currency) === undefined ? parseMicros(plain) : undefined
  }
}

/** `timeIn` reads a time as hooks write it, and writes it as the wall of the time zone shows it. */
function timeIn(text: string | undefined, timeZone: string): string | undefined {
  if (text === undefined) return undefined
  if (/^\d{10}$|^\d{13}$/.test(text)) {
    return wallTime(new Date(Number(text) * (text.length === 10 ? 1000 : 1)), timeZone)
  }
  const [, day, time = '', zone] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?)? ?(Z|[+-]\d\d:?\d\d)?$/.exec(text.trim()) ?? []
  if (day === undefined) return undefined
  const instant = new Date(`${day}T${time || '00:00'}${zone ?? 'Z'}`)
  if (Number.isNaN(instant.getTime())) return undefined
  if (zone !== undefined && time !== '') return wallTime(instant, timeZone)
  return `${day} ${time}`.trim()
}

const wrong = (name: string, message: string): Refusal => {
  const one: Fault = { path: [name], message }
  return new Refusal('invalid_input', faultText(one), name, [one])
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw wrong('body', 'is no JSON')
  }
}

function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value
  return path
    .split('.')
    .reduce<unknown>(
      (at, name) =>
        Array.isArray(at) ? at[Number(name)] : isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined,
      value,
    )
}

/** `textAt` gives a text or a number as a text. */
function textAt(value: unknown, path: string): string | undefined {
  const found = valueAt(value, path)
  if (typeof found === 'number' || typeof found === 'boolean') return String(found)
  return typeof found === 'string' ? found.trim() : undefined
}
