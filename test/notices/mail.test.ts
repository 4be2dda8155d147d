import { afterEach, expect, test } from 'vitest'
import { EmailChannel, transportOptions } from '../../src/integrations/channels/email/email.ts'
import { email } from '../../src/integrations/channels/email/index.ts'
import { completeSettings, nowhere } from '../../src/integrations/kit/kind.ts'
import { orThrow } from '../../src/lib/fault.ts'
import { certificate } from '../outbound/peer.ts'
import { MailInbox } from './notices.fixtures.ts'

const FROM = 'imeigate@example.com'
const message = { id: 'm1', event: 'test', title: 'imeigate: a test', text: 'one\ntwo' }
const login = { user: 'ops@example.com', password: 'p%ss: wörd/1' }

const opened: MailInbox[] = []
afterEach(async () => {
  for (const inbox of opened.splice(0)) await inbox.close()
})
async function open(options: ConstructorParameters<typeof MailInbox>[0]): Promise<MailInbox> {
  const inbox = await new MailInbox(options).open()
  opened.push(inbox)
  return inbox
}

interface Over {
  security?: string
  from?: string
  user?: string
  password?: string
}
function channel(port: number, { password, ...over }: Over = {}) {
  const settings = orThrow(completeSettings(email, { host: '127.0.0.1', port, from: FROM, ...over }))
  return email.connect({ settings, secrets: password === undefined ? {} : { password } }, nowhere)
}

test('a mail is sent with the login of the channel, also from a name', async () => {
  const inbox = await open({ login })
  await channel(inbox.port, { ...login, from: `The Shop <${FROM}>` }).send('a@example.com', message)
  expect(inbox.of('a@example.com')).toEqual(['imeigate: a test\n\none\ntwo'])
  expect(inbox.mails[0]?.source).toContain(`From: The Shop <${FROM}>\r\n`)
})

test('a login that is refused is told without the password, even where the server says it', async () => {
  const inbox = await open({ login: { ...login, password: 'another' } })
  const sent = channel(inbox.port, login).send('a@example.com', message)
  await expect(sent).rejects.toThrow(`the mail server 127.0.0.1:${inbox.port} did not take the mail (EAUTH)`)
  expect(inbox.mails).toEqual([])
})

test('a server that refuses the mail is quoted, and one that is not there is named', async () => {
  const inbox = await open({
    onRcptTo: (_address, _session, done) => done(new Error('no such\u0007 mailbox')),
  })
  const { port } = inbox
  await expect(channel(port).send('a@example.com', message)).rejects.toThrow(
    /did not take the mail: 550 no such/,
  )
  await opened.splice(0)[0]?.close()
  await expect(channel(port).send('a@example.com', message)).rejects.toThrow(
    `the mail server 127.0.0.1:${port} did not take the mail`,
  )
})

test('a certificate that nobody vouches for is refused', async () => {
  const inbox = await open({ secure: true, cert: certificate, key: certificate })
  const sent = channel(inbox.port, { security: 'tls' }).send('a@example.com', message)
  await expect(sent).rejects.toThrow(/self.signed certificate/)
  expect(inbox.mails).toEqual([])
})

const known = { user: 'u', password: 'p' }
test.each([
  [
    { host: 'mail.example', port: 587, secure: false, login: known },
    { requireTLS: true, ignoreTLS: false },
  ],
  [
    { host: 'mail.example', port: 25, secure: false, login: undefined },
    { requireTLS: false, ignoreTLS: false },
  ],
  [
    { host: 'mail.example', port: 465, secure: true, login: known },
    { requireTLS: false, ignoreTLS: false },
  ],
  [
    { host: 'localhost', port: 2525, secure: false, login: known },
    { requireTLS: false, ignoreTLS: true },
  ],
  [{ host: '::1', port: 2525, secure: false, login: undefined }, { ignoreTLS: true }],
])('%j: no login is sent without TLS but to this machine itself', (server, options) => {
  expect(transportOptions({ ...server, from: FROM })).toMatchObject({
    ...{ host: server.host, port: server.port, secure: server.secure },
    ...options,
    tls: { rejectUnauthorized: true },
  })
})

test('a user without a password is refused, and so is a password without a user', () => {
  expect(() => channel(25, { user: 'ops' })).toThrow('password: is missing')
  expect(() => channel(25, { password: 'p' })).toThrow('user: is missing')
  expect(channel(25)).toBeInstanceOf(EmailChannel)
})
