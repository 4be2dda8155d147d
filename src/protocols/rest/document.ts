import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { permissions } from '../../accounts/permissions.ts'
import { named } from '../../contract/schema.ts'
import { type ErrorCode, errors } from '../../errors.ts'
import { docsPage } from '../kit/docs-page.ts'
import { errorBodyOf, restCode } from '../kit/refusal.ts'
import { withDefaults } from '../kit/validation.ts'
import type { Route } from './route.ts'

/** `document` adds `GET /openapi.json`, made of the schemas that the routes validate with, and `GET /docs`, where people read it. */
export async function document(scope: FastifyInstance, version: string): Promise<void> {
  for (const schema of named()) scope.addSchema(schema)
  scope.addSchema({ $id: 'Error', ...errorBodyOf('rest') })
  await scope.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'imeigate',
        version,
        description:
          'Services, orders and money of a reseller. Every amount is in the currency of the account. ' +
          'Repeating a POST under the same Idempotency-Key gives the first answer again.',
      },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key: `<username>.<apiaccesskey>`' },
        },
      },
      security: [{ key: [] }],
    },
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => `${$id ?? `schema${index}`}` },
    transform: ({ schema, url, route: { config } }) => ({
      url,
      schema: config?.route ? describe(config.route) : schema,
    }),
  })
  await docsPage(scope, { path: '/docs', url: '/openapi.json', title: 'imeigate API' })
  let text: string | undefined
  scope.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    text ??= JSON.stringify(scope.swagger())
    return reply.type('application/json; charset=utf-8').send(text)
  })
}

/** `checkedOf` gives what Fastify validates a route's requests with. */
export const checkedOf = ({ method, body, params, query, needsKey = false }: Route): FastifySchema => ({
  ...(params && { params }),
  ...(query && { querystring: withDefaults(query) }),
  ...(body && { body }),
  ...(method === 'POST' && { headers: keyHeader(needsKey) }),
})

/** `describe` gives what the document says of a route, which is made when somebody first reads it: a start would pay for it each time. */
function describe(route: Route): FastifySchema {
  return {
    ...checkedOf(route),
    operationId: route.name,
    tags: [route.section],
    summary: route.summary,
    description: `${route.description === undefined ? '' : `${route.description}\n\n`}Needs the permission \`${route.permission}\`: ${permissions[route.permission]}.`,
    response: {
      200: {
        description: 'Done',
        headers: { 'x-request-id': { type: 'string', description: 'Names the request' } },
        content: {
          'application/json': { schema: route.answer },
          ...Object.fromEntries(
            Object.entries(route.media ?? {}).map(([type, schema]) => [type, { schema }]),
          ),
        },
      },
      ...errorsOf(route),
    },
  }
}

const keyHeader = (needed: boolean): TSchema => {
  const key = Type.String({
    minLength: 1,
    maxLength: 255,
    description: 'Any text that is new for each new request, best a UUID; the same for a repeated one',
  })
  return Type.Object({ 'idempotency-key': needed ? key : Type.Optional(key) })
}

/** `everyRoutes` has what any route may be refused with. */
const everyRoutes: ErrorCode[] = [
  'payload_required',
  'invalid_credentials',
  'key_expired',
  'key_revoked',
  'account_closed',
  'ip_not_allowed',
  'permission_denied',
  'too_many_requests',
  'too_many_failed_logins',
  'body_too_large',
  'internal_error',
  'temporarily_unavailable',
  'shutting_down',
]

/** WITH_RETRY_AFTER has the statuses whose answers may have the header Retry-After. */
const WITH_RETRY_AFTER = ['429', '503']

/** `errorsOf` gives one answer a status, with the codes that it may carry. */
function errorsOf(route: Route): Record<string, unknown> {
  const codes: ErrorCode[] = [...everyRoutes, ...(route.refusals ?? [])]
  if (route.method === 'POST') codes.push('idempotency_conflict')
  const byStatus = Object.groupBy(new Set(codes), (code) => String(errors[code].status))
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, some = []]) => [
      status,
      {
        description: [...new Set(some.map((code) => `\`${restCode(code)}\`: ${errors[code].message}`))].join(
          '\n\n',
        ),
        ...(WITH_RETRY_AFTER.includes(status) && {
          headers: { 'retry-after': { type: 'integer', description: 'Seconds, where a wait helps' } },
        }),
        content: { 'application/json': { schema: { $ref: 'Error#' } } },
      },
    ]),
  )
}
