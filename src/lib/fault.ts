import { type ErrorCode, type Fault, Refusal } from '../errors.ts'
import type { Why } from './whys.ts'

type Path = Fault['path']

/** Refused is a refusal that is returned: an error code with every fault that was found. */
export interface Refused {
  readonly ok: false
  readonly code: ErrorCode
  readonly faults: readonly [Fault, ...Fault[]]
}

/** Result is what a pure function gives that reads or decides: a value, or why there is none. */
export type Result<T> = { readonly ok: true; readonly value: T } | Refused

export const ok = <T>(value: T): Result<T> => ({ ok: true, value })

/** `refused` is the result that refuses one value, or (without a path) the whole. */
export const refused = (code: ErrorCode, path: string | Path = [], why: string | Why = ''): Refused => ({
  ok: false,
  code,
  faults: [faultAt(typeof path === 'string' ? [path] : path, why)],
})

/** `invalid` is the result that refuses one value as invalid_input. */
export const invalid = (path: string | Path, why: string | Why): Refused => ({
  ok: false,
  code: 'invalid_input',
  faults: [faultAt(typeof path === 'string' ? [path] : path, why)],
})

/** `fault` is what is wrong with the value of one name. */
export const fault = (name: string, why: string | Why): Fault => faultAt([name], why)

const faultAt = (path: Path, why: string | Why): Fault => ({
  path,
  ...(typeof why === 'string' ? { message: why } : why),
})

/** `resultOf` gives the value where nothing is wrong with it. */
export function resultOf<T>(
  value: T,
  found: readonly (Fault | undefined)[],
  code: ErrorCode = 'invalid_input',
): Result<T> {
  const [first, ...others] = found.filter((one) => one !== undefined)
  return first ? { ok: false, code, faults: [first, ...others] } : ok(value)
}

/** `faultsIn` gives what a result says is wrong: nothing, where it has a value. */
export const faultsIn = (result: Result<unknown>): readonly Fault[] => (result.ok ? [] : result.faults)

/** `both` gives two values, or the faults of both. */
export const both = <A, B>(a: Result<A>, b: Result<B>): Result<[A, B]> =>
  a.ok && b.ok ? ok([a.value, b.value]) : (resultOf(undefined, [...faultsIn(a), ...faultsIn(b)]) as Refused)

/** `orThrow` gives the value of a result, or throws its Refusal: it stands where what returns results meets what throws. */
export function orThrow<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw refusalFor(result)
}

/** `refusalFor` makes a Refusal that carries every fault, and says the first. */
export function refusalFor({ code, faults }: Refused): Refusal {
  const [first] = faults
  const named = first.path.length > 1 || saysPath.has(code)
  const detail = named ? faultText(first) : first.message
  const [field] = first.path
  return new Refusal(code, detail || undefined, field === undefined ? undefined : String(field), faults)
}

/** `saysPath` are the codes whose message does not name the value: `Invalid IMEI` does. */
const saysPath = new Set<ErrorCode>(['invalid_input', 'invalid_field', 'payload_required'])

/** `pathText` is a path as people and protocols write it: `fields.0.name`. */
export const pathText = (path: Path): string => path.join('.')

/** `faultText` is a fault as people read it: `fields.0.name: is missing`. */
export const faultText = ({ path, message }: Fault): string =>
  path.length === 0 ? message : `${pathText(path)}: ${message}`
