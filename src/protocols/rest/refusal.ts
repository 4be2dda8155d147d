import { Type } from 'typebox'
import { type ErrorCode, errors, Refusal } from '../../errors.ts'
import type { Source } from './route.ts'

/** The code of an error here: the catalogue's own in capitals, but for what does not match this API's schemas. */
export const restCode = (code: ErrorCode): string =>
  MALFORMED.includes(code)
    ? 'REQUEST_NOT_MATCH_SPEC_ERROR'
    : `${code.replace(/_error$/, '').toUpperCase()}_ERROR`

const MALFORMED: ErrorCode[] = ['payload_required', 'malformed_parameters']

/** What any route may be refused with. */
export const everyRoutes: ErrorCode[] = [
  'payload_required',
  'invalid_credentials',
  'key_expired',
  'key_revoked',
  'account_closed',
  'ip_not_allowed',
  'permission_denied',
  'too_many_requests',
  'body_too_large',
  'internal_error',
  'temporarily_unavailable',
  'shutting_down',
]

export interface ErrorBody {
  error: true
  code: string
  message: string
  source: Source
  errors: Record<string, string[]>
  traceId: string
}

export const errorBody = Type.Object(
  {
    error: Type.Literal(true),
    code: Type.Union(
      [...new Set(Object.keys(errors).map((code) => restCode(code as ErrorCode)))].map((code) =>
        Type.Literal(code),
      ),
    ),
    message: Type.String(),
    source: Type.Union(
      (['body', 'query', 'headers', 'params', 'order'] satisfies Source[]).map((source) =>
        Type.Literal(source),
      ),
    ),
    errors: Type.Record(Type.String(), Type.Array(Type.String()), {
      description: 'What is wrong, by field; the steps of a nested field are joined by dots',
    }),
    traceId: Type.String({ description: 'Names the request, also in X-Request-Id and in the server log' }),
  },
  { title: 'Error' },
)

export const statusOf = (refusal: Refusal): number =>
  MALFORMED.includes(refusal.code) ? 400 : errors[refusal.code].status

/** `source`: where it comes from, unless the error itself says so. */
export function sayRefusal(refusal: Refusal, traceId: string, source: Source): ErrorBody {
  const { code, message, field, faults } = refusal
  return {
    error: true,
    code: restCode(code),
    message,
    source: BY_KEY.includes(errors[code].status) ? 'headers' : source,
    errors: faults ?? (field === undefined ? {} : { [field]: [refusal.detail ?? message] }),
    traceId,
  }
}

/** Refused because of whose request it is, which a header says. */
const BY_KEY: number[] = [401, 403, 429]

/** A request that does not match a schema of this API. */
export class Mismatch extends Refusal {
  readonly source: Source

  constructor(source: Source, faults: Record<string, string[]>) {
    const [field, words] = Object.entries(faults)[0] ?? ['', []]
    super('payload_required', [field, words[0]].filter(Boolean).join(': '), field, faults)
    this.source = source
  }
}
