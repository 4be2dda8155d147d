import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Admission } from '../../admission/admission.ts'

/** HookAdmission is what reads the bodies. */
export type HookAdmission = Pick<Admission, 'readBody'>

/**
 * `hook` adds `POST <path>/<name>`, where inbound webhooks come in. `receive` gets the body byte by byte, because a signature covers it; once
 * `receive` has ended the answer is 204. `bodyLimit` is in bytes.
 */
export function hook(
  app: FastifyInstance,
  { path, bodyLimit, admission }: { path: string; bodyLimit: number; admission: HookAdmission },
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
      await receive(params.name, Buffer.isBuffer(body) ? body : Buffer.alloc(0), headers)
      return reply.code(204).send()
    })
  })
}
