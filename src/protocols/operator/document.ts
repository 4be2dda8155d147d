import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { type ErrorCode, errors } from '../../errors.ts'
import { staffPermissions } from '../../staff/roles.ts'
import { docsPage } from '../kit/docs-page.ts'
import { errorBodyOf, restCode } from '../kit/refusal.ts'
import { withDefaults } from '../kit/validation.ts'
import { type Access, type Further, isChange, type Route } from './route.ts'

/** `operatorError` is the REST API's error with `problems`, from which a page words it in its own language. */
const operatorError = Type.Object(
  {
    ...errorBodyOf('operator').properties,
    problems: Type.Array(
      Type.Object({
        field: Type.String({ description: 'The steps of a nested field are joined by dots' }),
        code: Type.String({
          description: 'The keyword of JSON Schema that does not hold; else the code of the error',
        }),
        params: Type.Record(Type.String(), Type.Unknown()),
      }),
    ),
  },
  { title: 'Error' },
)

/** `document` adds `GET /openapi-operator.json`, made of the schemas that the routes validate with, and `GET /docs/operator`, where people read it. */
export async function document(scope: FastifyInstance, version: string): Promise<void> {
  scope.addSchema({ $id: 'OperatorError', ...operatorError })
  await scope.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'imeigate, for operators',
        version,
        description:
          'What the people who run the installation, and their programs, read and do. Amounts are decimal texts, times ISO 8601 in UTC.',
      },
      components: {
        securitySchemes: {
          person: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-imeigate_console',
            description: 'A person who is signed in; what changes something also needs X-CSRF-Token',
          },
          program: { type: 'http', scheme: 'bearer', description: 'An operator token: `imo_...`' },
        },
      },
      security: [{ person: [] }, { program: [] }],
    },
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => `${$id ?? `schema${index}`}` },
    transform: ({ schema, url, route: { config } }) => ({
      url,
      schema: config?.operatorRoute ? describe(config.operatorRoute) : schema,
    }),
  })
  const page = { path: '/docs/operator', url: '/openapi-operator.json', title: 'imeigate operator API' }
  await docsPage(scope, page)
  let text: string | undefined
  scope.get('/openapi-operator.json', { schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(scope.swagger())
    return reply.type('application/json; charset=utf-8').send(text)
  })
}

/** `checkedOf` gives what Fastify validates a route's requests with. */
export const checkedOf = (route: Route): FastifySchema => {
  const { body, params, query } = route
  return {
    ...(params && { params }),
    ...(query && { querystring: withDefaults(query) }),
    ...(body && { body }),
    ...(isChange(route) && { headers: headersOf(route) }),
  }
}

/** `describe` gives what the document says of a route, which is made when somebody first reads it: a start would pay for it each time. */
function describe(route: Route): FastifySchema {
  const { description, access, further = [] } = route
  return {
    ...checkedOf(route),
    operationId: route.name,
    tags: [route.section],
    summary: route.summary,
    description: [description, [needed(access), ...further.map(neededFurther)].join(' ')]
      .filter((part) => part !== undefined)
      .join('\n\n'),
    ...(access === 'anybody' && { security: [] }),
    response: {
      200: {
        description: 'Done',
        content: route.media
          ? Object.fromEntries(Object.entries(route.media).map(([type, schema]) => [type, { schema }]))
          : { 'application/json': { schema: Type.Object({ data: route.answer }) } },
      },
      ...errorsOf(route),
    },
  }
}

function headersOf({ needsKey, needsVersion }: Route): TSchema {
  const key = Type.String({
    minLength: 1,
    maxLength: 255,
    description:
      'Any text that is new for each new request, best a UUID. A repeated request is answered as the first time, for 30 days; it has `Idempotent-Replayed: true` then',
  })
  const version = Type.String({
    pattern: '^"?[A-Za-z0-9_-]{1,64}"?$',
    description: 'The `version` of the thing as it was read',
  })
  return Type.Object({
    'idempotency-key': needsKey ? key : Type.Optional(key),
    ...(needsVersion && { 'if-match': version }),
  })
}

const neededFurther = ({ field, value, permission }: Further): string =>
  `With ${value === undefined ? `\`${field}\`` : `\`${field}\` ${JSON.stringify(value)}`} also \`${permission}\`.`

function needed(access: Access): string {
  if (access === 'anybody') return 'Anybody may ask.'
  if (access === 'person') return 'For whoever is signed in.'
  if (access === 'caller') return 'For whoever is signed in, and for programs.'
  const proof = 'password and second factor must have been given in the last ten minutes'
  if (access === 'proved person') return `For whoever is signed in; ${proof}.`
  const row: { what: string; proof?: true } = staffPermissions[access]
  return `Needs the permission \`${access}\`: ${row.what}.${row.proof && access !== undefined ? ` Of a person ${proof}.` : ''}`
}

/** `everyRoutes` has what any route may be refused with. */
const everyRoutes: ErrorCode[] = [
  'payload_required',
  'ip_not_allowed',
  'invalid_input',
  'permission_denied',
  'too_many_requests',
  'body_too_large',
  'internal_error',
  'temporarily_unavailable',
  'shutting_down',
]
const OF_CALLERS: ErrorCode[] = ['session_expired', 'invalid_credentials', 'key_revoked', 'key_expired']

/** `errorsOf` gives one answer a status, with the codes that it may carry. */
function errorsOf(route: Route): Record<string, unknown> {
  const { method, access, refusals = [], needsVersion } = route
  const codes: ErrorCode[] = [...everyRoutes, ...refusals, ...(access === 'anybody' ? [] : OF_CALLERS)]
  if (method !== 'GET') codes.push('csrf', ...(access === 'anybody' ? [] : (['step_up_required'] as const)))
  if (isChange(route)) codes.push('idempotency_conflict')
  if (needsVersion) codes.push('version_conflict')
  const byStatus = Object.groupBy(new Set(codes), (code) => String(errors[code].status))
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, some = []]) => [
      status,
      {
        description: some.map((code) => `\`${restCode(code)}\`: ${errors[code].message}`).join('\n\n'),
        content: { 'application/json': { schema: { $ref: 'OperatorError#' } } },
      },
    ]),
  )
}
