import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Admission } from '../../admission/admission.ts'
import type { Presence } from '../../runtime/presence.ts'

/** HookDeps are what reads the bodies, and what knows whether the database is there. */
export interface HookDeps {
  admission: Pick<Admission, 'readBody'>
  presence: Pick<Presence, 'through'>
}

/**
 * `hook` adds `POST <path>/<name>`, where inbound webhooks come in. `receive` gets the body byte by byte, because a signature covers it; once
 * `receive` has ended the answer is 204. `bodyLimit` is in bytes.
 */
export function hook(
  app: FastifyInstance,
  { path, bodyLimit, admission, presence }: HookDeps & { path: string; bodyLimit: number },
  receive: (name: string, body: Buffer, headers: IncomingHttpHeaders) => Promise<void>,
): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', async (request: FastifyRequest) => {
      const { bytes, refusal } = await admission.readBody(request, bodyLimit)
      if (refusal) throw refusal
      return bytes
    })
    scope.post<{ Params: { name: string } }>(`${path}/:name`, async ({ params, body, headers }, reply) => {
      const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
      // What is told of is taken in once, however often it comes.
      await presence.through(() => receive(params.name, bytes, headers), { isRepeatable: true })
      return reply.code(204).send()
    })
  })
}
