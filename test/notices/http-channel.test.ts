import { afterEach, expect, test } from 'vitest'
import { http } from '../../src/integrations/channels/http/index.ts'
import { nowhere } from '../../src/integrations/kit/kind.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { closePeers, listen, type Peer, reply } from '../outbound/peer.ts'

let peer: Peer
afterEach(closePeers)

async function channel(status: string, allow = ['127.0.0.1']) {
  peer = await listen((socket) => socket.write(reply('', '', status)))
  const context = { ...nowhere, outbound: new GuardedOutbound({ allow }) }
  return http.connect({ settings: {}, secrets: { url: peer.url } }, context)
}
const message = { title: 'imeigate: a test', text: 'one\ntwo' }

test('a notice is posted as JSON', async () => {
  await (await channel('204 No Content')).send('night shift', message)
  const [head = '', body = ''] = peer.requests[0]?.split('\r\n\r\n') ?? []
  expect(head).toMatch(/^POST \/api\?token=s3cret HTTP\/1\.1\r\n/)
  expect(JSON.parse(body)).toEqual({ to: 'night shift', ...message })
})

test.each([
  ['an answer that is no success', '500 Oops', ['127.0.0.1'], 'the URL did not take the message: HTTP 500'],
  ['a place that may not be called', '204 No Content', [], 'may not reach'],
])('%s is told without the URL, which may hold a token', async (_what, status, allow, words) => {
  const failed = (await channel(status, allow)).send('night shift', message)
  await expect(failed).rejects.toThrow(words)
  await expect(failed).rejects.not.toThrow('s3cret')
})
