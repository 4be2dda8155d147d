import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { type ErrorCode, errors } from '../../errors.ts'
import { docsPage } from './docs-page.ts'
import { type AnyRoute, type CommonAccess, type Further, isChange, type Route } from './people-route.ts'
import { errorBodyOf, problem, restCode } from './refusal.ts'
import { withDefaults } from './validation.ts'

/** ERROR is the name of the error in the document of the API. */
const ERROR = { operator: 'OperatorError', portal: 'PortalError' }

/** `errorOf` is the REST API's error with `problems`, from which a page words it in its own language. */
const errorOf = (api: 'operator' | 'portal') =>
  Type.Object(
    {
      ...errorBodyOf(api).properties,
      problems: Type.Array(problem),
    },
    { title: 'Error' },
  )

interface Described {
  api: 'operator' | 'portal'
  title: string
  version: string
  description: string
  /** `ways` are those in which callers say who they are. */
  ways: Record<string, object>
  /** `describe` gives what the document says of a route. */
  describe: (route: AnyRoute) => FastifySchema
}

/** `documentOf` adds `GET /openapi-<api>.json`, made of the schemas that the routes validate with, and `GET /docs/<api>`, where people read it. */
export async function documentOf(
  scope: FastifyInstance,
  { api, title, version, description, ways, describe }: Described,
): Promise<void> {
  scope.addSchema({ $id: ERROR[api], ...errorOf(api) })
  await scope.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, version, description },
      components: { securitySchemes: ways as never },
      security: Object.keys(ways).map((way) => ({ [way]: [] })),
    },
    transform: ({ schema, url: path, route: { config } }) => ({
      url: path,
      schema: config?.peopleRoute ? describe(config.peopleRoute) : schema,
    }),
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => `${$id ?? `schema${index}`}` },
  })
  const url = `/openapi-${api}.json`
  await docsPage(scope, { path: `/docs/${api}`, url, title: `imeigate ${api} API` })
  let text: string | undefined
  scope.get(url, { schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(scope.swagger())
    return reply.type('application/json; charset=utf-8').send(text)
  })
}

/** `checkedOf` gives what Fastify validates a route's requests with. */
export const checkedOf = <Permission extends string, Caller>(
  route: Route<Permission, Caller>,
): FastifySchema => {
  const { body, params, query } = route
  return {
    ...(params && { params }),
    // A misspelt filter would be no filter.
    querystring: { ...withDefaults(query ?? Type.Object({})), additionalProperties: false },
    ...(body && { body }),
    ...((isChange(route) || route.needsKey) && { headers: headersOf(route) }),
  }
}

/** Saying is how an API says who may call a route. */
interface Saying<Permission extends string> {
  api: 'operator' | 'portal'
  needed(access: Permission | CommonAccess): string
  /** `ofCallers` has what callers may be refused with who say who they are. */
  ofCallers: readonly ErrorCode[]
}

/** `describeBy` gives what the document says of a route, which is made when somebody first reads it: a start would pay for it each time. */
export const describeBy =
  <Permission extends string>(saying: Saying<Permission>) =>
  (route: AnyRoute): FastifySchema => {
    const { description, access, further = [] } = route
    return {
      ...checkedOf(route),
      operationId: route.name,
      tags: [route.section],
      summary: route.summary,
      description: [
        description,
        [saying.needed(access as Permission), ...further.map(neededFurther)].join(' '),
      ]
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
        ...errorsOf(route, saying),
      },
    }
  }

function headersOf({
  needsKey,
  needsVersion,
}: {
  needsKey?: true | undefined
  needsVersion?: true | undefined
}): TSchema {
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

const neededFurther = ({ field, value, permission }: Further<string>): string =>
  `With ${value === undefined ? `\`${field}\`` : `\`${field}\` ${JSON.stringify(value)}`} also \`${permission}\`.`

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

/** `errorsOf` gives one answer a status, with the codes that it may carry. */
function errorsOf(
  route: AnyRoute,
  { api, ofCallers }: Pick<Saying<string>, 'api' | 'ofCallers'>,
): Record<string, unknown> {
  const { method, access, refusals = [], needsVersion } = route
  const codes: ErrorCode[] = [...everyRoutes, ...refusals, ...(access === 'anybody' ? [] : ofCallers)]
  if (route.isExport) codes.push('step_up_required')
  if (method !== 'GET') codes.push('csrf', ...(access === 'anybody' ? [] : (['step_up_required'] as const)))
  if (isChange(route) || route.needsKey) codes.push('idempotency_conflict')
  if (needsVersion) codes.push('version_conflict')
  const byStatus = Object.groupBy(new Set(codes), (code) => String(errors[code].status))
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, some = []]) => [
      status,
      {
        description: some.map((code) => `\`${restCode(code)}\`: ${errors[code].message}`).join('\n\n'),
        content: { 'application/json': { schema: { $ref: `${ERROR[api]}#` } } },
      },
    ]),
  )
}
