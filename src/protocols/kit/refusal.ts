import { type Static, Type } from 'typebox'
import { oneOf } from '../../contract/schema.ts'
import { codesOf, type ErrorCode, errors, type Fault, Refusal } from '../../errors.ts'
import { fault, faultText, pathText } from '../../lib/fault.ts'

/** Source is the part of a request that is wrong, or the thing that it is about, as errors name it. */
export type Source = 'body' | 'query' | 'headers' | 'params' | 'order'

/** `restCode` gives an error's code in JSON: the table's own in capitals, but for what does not match the API's schemas. */
export const restCode = (code: ErrorCode): string =>
  MALFORMED.includes(code)
    ? 'REQUEST_NOT_MATCH_SPEC_ERROR'
    : `${code.replace(/_error$/, '').toUpperCase()}_ERROR`

const MALFORMED: ErrorCode[] = ['payload_required', 'malformed_parameters']

/** `errorBodyOf` is the shape of an error of an API. */
export const errorBodyOf = (api: 'rest' | 'operator' | 'portal') =>
  Type.Object(
    {
      error: Type.Literal(true),
      code: oneOf([...new Set(codesOf(api).map(restCode))]),
      message: Type.String(),
      source: oneOf(['body', 'query', 'headers', 'params', 'order'] satisfies Source[]),
      errors: Type.Record(Type.String(), Type.Array(Type.String()), {
        description: 'What is wrong, by field; the steps of a nested field are joined by dots',
      }),
      traceId: Type.String({ description: 'Names the request, also in X-Request-Id and in the server log' }),
      mayHaveBeenDone: Type.Optional(
        Type.Boolean({
          description:
            'With a status of 500 and above: whether something of the request may have been done. false: nothing was, and it may be sent again',
        }),
      ),
    },
    { title: 'Error' },
  )

export const statusOf = (refusal: Refusal): number =>
  MALFORMED.includes(refusal.code) ? 400 : errors[refusal.code].status

/** `headersOf` says in `Retry-After` when a request that is refused for a while may be repeated. */
export const headersOf = ({ retryAfter }: Refusal): Record<string, string> =>
  retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }

/**
 * `sayRefusal` gives the body of a refusal. `source` is where it comes from, unless the error itself says so. `isProof`: nothing of the
 * request was done, which is said where the status leaves it open.
 */
export function sayRefusal(
  refusal: Refusal,
  { traceId, source, isProof }: { traceId: string; source: Source; isProof: boolean },
): Static<ReturnType<typeof errorBodyOf>> {
  const { code, message, detail, field, faults } = refusal
  return {
    error: true,
    code: restCode(code),
    message,
    source: BY_KEY.includes(errors[code].status) ? 'headers' : source,
    errors: field === undefined ? {} : byPath(faults.length > 0 ? faults : [fault(field, detail ?? message)]),
    traceId,
    ...(errors[code].status >= 500 && { mayHaveBeenDone: !isProof }),
  }
}

/** `problem` is what is wrong with one value, for a program that says it in its own words. */
export const problem = Type.Object({
  field: Type.String({
    description: 'The steps of a nested field are joined by dots; empty: the whole request',
  }),
  code: Type.String({
    description:
      'The keyword of JSON Schema that does not hold, `characters`, `amount` or a reason such as `username_taken`; else the code of the error',
  }),
  params: Type.Record(Type.String(), Type.Unknown(), {
    description: 'The values of the keyword or reason, and `message`, which says it in English',
  }),
})
type Problem = Static<typeof problem>

/** `problemsOf` gives every fault with its keyword, such as that of the schema that it breaks, or else the error's code. */
export function problemsOf({ code, field, detail, message, faults }: Refusal): Problem[] {
  const all: readonly Fault[] =
    faults.length > 0 || field === undefined ? faults : [fault(field, detail ?? message)]
  return all.map((one) => problemOf(one, code))
}

/** `problemOf` gives a fault with its keyword, or else with an error's code; `message` says it in English. */
export const problemOf = (
  { path, message, keyword, params = {} }: Fault,
  code: ErrorCode = 'invalid_input',
): Problem => ({
  field: pathText(path),
  code: keyword ?? restCode(code),
  params: { ...params, message },
})

function byPath(faults: readonly Fault[]): Record<string, string[]> {
  const errors: Record<string, string[]> = {}
  for (const { path, message } of faults) {
    const field = pathText(path)
    errors[field] = [...new Set([...(errors[field] ?? []), message])]
  }
  return errors
}

/** BY_KEY has the statuses of refusals that the key is the cause of: their source is the headers. */
const BY_KEY: number[] = [401, 403, 429]

/** Mismatch is a request that does not match a schema of its API. */
export class Mismatch extends Refusal {
  readonly source: Source

  constructor(source: Source, faults: readonly [Fault, ...Fault[]]) {
    super('payload_required', faultText(faults[0]), pathText(faults[0].path), faults)
    this.source = source
  }
}

/** `refusalOfServer` is what a caller is told of an error that is no Refusal: one that Fastify found in the request, or one of this program. */
export function refusalOfServer(error: unknown): Refusal {
  const { statusCode = 500, message = 'is not valid' } = error as { statusCode?: number; message?: string }
  if (statusCode === 413) return new Refusal('body_too_large')
  return statusCode >= 400 && statusCode < 500
    ? new Mismatch('body', [{ path: ['body'], message }])
    : new Refusal('internal_error')
}
