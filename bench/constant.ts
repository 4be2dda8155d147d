/** This server is the framework alone: it reads and parses the same form, and answers a constant of the same shape. */
import querystring from 'fast-querystring'
import Fastify from 'fastify'

const app = Fastify()
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
  done(null, querystring.parse(String(body))),
)
app.get('/readyz', async () => 'ready')
const answer = JSON.stringify({
  SUCCESS: [{ MESSAGE: 'Order Placed Successfully', REFERENCEID: '1001' }],
  ID: '1001',
  IMEI: '490154203237518',
  apiversion: '8.2',
})
app.post('/api/dhru', (_request, reply) => reply.type('application/json; charset=utf-8').send(answer))
/** The route answers a form with as many bytes as its path asks for. */
app.post<{ Params: { size: string } }>('/bytes/:size', (request, reply) =>
  reply.type('application/json; charset=utf-8').send(bytes(Number(request.params.size))),
)
const prepared = new Map<number, string>()
function bytes(size: number): string {
  const text = prepared.get(size) ?? `"${'x'.repeat(Math.max(size - 2, 0))}"`
  prepared.set(size, text)
  return text
}
await app.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) })
process.once('SIGTERM', () => void app.close())
