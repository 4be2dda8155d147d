import { afterEach, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { MailSender, transportOptions } from '../../src/notices/mail.ts'
import { readMailSettings } from '../../src/notices/mail-settings.ts'
import { certificate } from '../outbound/peer.ts'
import { MailInbox } from './notices.fixtures.ts'

const FROM = 'imeigate@example.com'
const message = { title: 'imeigate: a test', text: 'one\ntwo' }
const login = { user: 'ops@example.com', password: 'p%ss: wörd/1' }
const credentials = `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}`

const opened: MailInbox[] = []
afterEach(async () => {
  for (const inbox of opened.splice(0)) await inbox.close()
})
async function open(options: ConstructorParameters<typeof MailInbox>[0]): Promise<MailInbox> {
  const inbox = await new MailInbox(options).open()
  opened.push(inbox)
  return inbox
}
const sender = (url: string) => new MailSender(readMailSettings(url, FROM))

test('a mail is sent with the login of the settings, also from a name', async () => {
  const inbox = await open({ login })
  const settings = readMailSettings(`smtp://${credentials}@127.0.0.1:${inbox.port}`, `The Shop <${FROM}>`)
  await new MailSender(settings).send('a@example.com', message)
  expect(inbox.of('a@example.com')).toEqual(['imeigate: a test\n\none\ntwo'])
  expect(inbox.mails[0]?.source).toContain(`From: The Shop <${FROM}>\r\n`)
})

test('a login that is refused is told without the password, even where the server says it', async () => {
  const inbox = await open({ login: { ...login, password: 'another' } })
  const sent = sender(`smtp://${credentials}@127.0.0.1:${inbox.port}`).send('a@example.com', message)
  await expect(sent).rejects.toThrow(`the mail server 127.0.0.1:${inbox.port} did not take the mail (EAUTH)`)
  expect(inbox.mails).toEqual([])
})

test('a server that refuses the mail is quoted, and one that is not there is named', async () => {
  const inbox = await open({
    onRcptTo: (_address, _session, done) => done(new Error('no such\u0007 mailbox')),
  })
  const { port } = inbox
  await expect(sender(`smtp://127.0.0.1:${port}`).send('a@example.com', message)).rejects.toThrow(
    /did not take the mail: 550 no such/,
  )
  await opened.splice(0)[0]?.close()
  await expect(sender(`smtp://127.0.0.1:${port}`).send('a@example.com', message)).rejects.toThrow(
    `the mail server 127.0.0.1:${port} did not take the mail`,
  )
})

test('a certificate that nobody vouches for is refused', async () => {
  const inbox = await open({ secure: true, cert: certificate, key: certificate })
  const sent = sender(`smtps://127.0.0.1:${inbox.port}`).send('a@example.com', message)
  await expect(sent).rejects.toThrow(/self.signed certificate/)
  expect(inbox.mails).toEqual([])
})

test.each([
  ['smtp://u:p@mail.example', { port: 587, secure: false, requireTLS: true, ignoreTLS: false }],
  ['smtp://mail.example:25', { port: 25, secure: false, requireTLS: false, ignoreTLS: false }],
  ['smtps://u:p@mail.example', { port: 465, secure: true, requireTLS: false, ignoreTLS: false }],
  ['smtp://u:p@localhost:2525', { port: 2525, secure: false, requireTLS: false, ignoreTLS: true }],
  ['smtp://[::1]:2525', { host: '::1', secure: false, ignoreTLS: true }],
])('%s: no login is sent without TLS but to this machine itself', (url, options) => {
  expect(transportOptions(readMailSettings(url, FROM))).toMatchObject({
    ...options,
    tls: { rejectUnauthorized: true },
  })
})

test.each([
  [{ SMTP_URL: 'smtp://user:s3cret@' }, 'SMTP_URL is not valid'],
  [{ SMTP_URL: 'smtp://user:s3cret%zz@mail.example', MAIL_FROM: FROM }, 'SMTP_URL is not valid'],
  [{ SMTP_URL: 'smtp://user:s3cret@mail.example:99999', MAIL_FROM: FROM }, 'SMTP_URL is not valid'],
  [{ SMTP_URL: 'smtp://user:s3cret@mail.example' }, 'MAIL_FROM is missing'],
  [{ MAIL_FROM: 'nobody' }, 'MAIL_FROM="nobody" is not valid'],
  [{ TELEGRAM_BOT_TOKEN: 's3cret/../x' }, 'TELEGRAM_BOT_TOKEN is not valid'],
  [{ TELEGRAM_API_URL: 'ftp://x' }, 'TELEGRAM_API_URL="ftp://x" is not valid'],
  [{ REQUEST_LOG_DAYS: '-1' }, 'REQUEST_LOG_DAYS="-1" is not valid'],
])('settings that cannot be right are named, and secrets are not told: %j', (given, words) => {
  const reading = () => readConfig(given as Record<string, string>)
  expect(reading).toThrow(words)
  expect(reading).not.toThrow('s3cret')
})
