import { Webhook } from 'standardwebhooks'
import { afterEach, expect, test } from 'vitest'
import { http } from '../../src/integrations/channels/http/index.ts'
import { completeSettings, nowhere } from '../../src/integrations/kit/kind.ts'
import { orThrow } from '../../src/lib/fault.ts'
import { newSigningSecret } from '../../src/lib/standard-webhooks.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { closePeers, listen, type Peer, reply } from '../outbound/peer.ts'

let peer: Peer
afterEach(closePeers)

interface Over {
  status?: string
  answer?: string
  allow?: string[]
  settings?: Record<string, unknown>
  secrets?: Record<string, string>
}
async function channel({
  status = '204 No Content',
  answer = '',
  allow = ['127.0.0.1'],
  ...over
}: Over = {}) {
  peer = await listen((socket) => socket.write(reply(answer, '', status)))
  const context = { ...nowhere, outbound: new GuardedOutbound({ allow }) }
  const settings = orThrow(completeSettings(http, over.settings ?? {}))
  return http.connect({ settings, secrets: { url: peer.url, ...over.secrets } }, context)
}
const message = { id: 'm1', event: 'test', title: 'imeigate: a "test"', text: 'one\ntwo & \ud800' }
const sent = (): [head: string, body: string] => {
  const [head = '', body = ''] = peer.requests[0]?.split('\r\n\r\n') ?? []
  return [head, Buffer.from(body, 'latin1').toString()]
}

test('a notice is posted as JSON, with an id that is the same at each try', async () => {
  await (await channel()).send('night shift', message)
  const [head, body] = sent()
  expect(head).toMatch(/^POST \/api\?token=s3cret HTTP\/1\.1\r\n/)
  expect(head).toContain('content-type: application/json\r\n')
  expect(head).toContain('idempotency-key: m1')
  expect(JSON.parse(body)).toEqual({ to: 'night shift', ...message, text: 'one\ntwo & \ufffd' })
})

test.each([
  [
    'Slack',
    'json',
    '{"text": "*{{title}}*\\n{{ text }}"}',
    '{"text": "*imeigate: a \\"test\\"*\\none\\ntwo & \ufffd"}',
  ],
  [
    'Discord',
    'json',
    '{"content":"{{message}}"}',
    '{"content":"imeigate: a \\"test\\"\\n\\none\\ntwo & \ufffd"}',
  ],
  [
    'a gateway to a messenger',
    'form',
    'target={{to}}&message={{message}}',
    'target=%2B62%20811&message=imeigate%3A%20a%20%22test%22%0A%0Aone%0Atwo%20%26%20%EF%BF%BD',
  ],
  ['a pager', 'text', '{{event}}: {{title}}', 'test: imeigate: a "test"'],
])('%s gets a body of its own', async (_what, body_type, body, posted) => {
  await (await channel({ settings: { body_type, body } })).send('+62 811', message)
  expect(sent()[1]).toBe(posted)
})

test('headers go along, and a signature that Standard Webhooks verifies', async () => {
  const secret = newSigningSecret()
  const headers = '{"Authorization": "Bearer t0ken", "X-Device": "7"}'
  await (await channel({ secrets: { headers, signing_secret: secret } })).send('+62 811', message)
  const [head, body] = sent()
  expect(head).toContain('authorization: Bearer t0ken\r\n')
  expect(head).toContain('x-device: 7\r\n')
  const given = Object.fromEntries(
    [...head.matchAll(/^(webhook-[a-z]+): (.*)\r?$/gm)].map(([, name, value]) => [name, value?.trim()]),
  )
  expect(new Webhook(secret).verify(body, given as Record<string, string>)).toMatchObject({ id: 'm1' })
})

test.each([
  [{ status: '500 Oops' }, 'the URL did not take the message: HTTP 500'],
  [{ status: '302 Found' }, 'the URL did not take the message: HTTP 302'],
  [{ allow: [] }, 'may not reach'],
  [
    { status: '200 OK', answer: '{"status":false,"reason":"s3cret"}', settings: { answer: '"status":true' } },
    'the URL answered HTTP 200 without "\\"status\\":true" in it',
  ],
])('what was not taken is told without the URL, which may hold a token: %j', async (over, words) => {
  const failed = (await channel(over)).send('night shift', message)
  await expect(failed).rejects.toThrow(words)
  await expect(failed).rejects.not.toThrow('s3cret')
})

test('an answer that has what it must have is taken', async () => {
  const settings = { answer: '"status":true' }
  await (await channel({ status: '200 OK', answer: '{"status":true}', settings })).send('a', message)
  expect(peer.requests).toHaveLength(1)
})

test.each([
  [{ settings: { body: '{"text":"{{tilte}}"}' } }, 'body: {{tilte}} is nothing that a message has'],
  [{ settings: { body: '{"text":{{title}}}' } }, 'body: is not JSON once a message stands in it'],
  [{ settings: { body: '{"to":"{{to}}"}' } }, 'body: must have {{title}}, {{text}} or {{message}}'],
  [{ secrets: { headers: 'Authorization: t0ken' } }, 'headers: must be a JSON object of texts'],
  [{ secrets: { headers: '{"a b":"c"}' } }, 'headers: "a b" is no name of a header'],
  [{ secrets: { headers: '{"host":"c"}' } }, 'headers: host is set by imeigate'],
  [
    { secrets: { headers: '{"x-a":"t0ken\\r\\nx-b: 1"}' } },
    'headers: x-a must be a line of visible ASCII characters',
  ],
  [{ secrets: { headers: '{"x-a":1}' } }, 'headers: x-a must be a line of visible ASCII characters'],
])('a channel that cannot tell anything is refused: %j', async (over: Over, words) => {
  await expect(channel(over)).rejects.toThrow(words)
  await expect(channel(over)).rejects.not.toThrow('t0ken')
})
