import type { SMTPTransportOptions } from 'nodemailer'
import type { MailSettings } from './mail-settings.ts'
import { type Message, quoted, type Sender } from './message.ts'

const CONNECT_MS = 10_000
const SILENCE_MS = 20_000

/** Mail through the operator's own mail server, a connection each: notices are few. */
export class MailSender implements Sender {
  readonly #settings: MailSettings

  constructor(settings: MailSettings) {
    this.#settings = settings
  }

  async send(address: string, { title, text }: Message): Promise<void> {
    // Loaded with the first mail, and by no command that sends none.
    const { createTransport } = await import('nodemailer')
    const transport = createTransport(transportOptions(this.#settings))
    try {
      await transport.sendMail({
        from: this.#settings.from,
        // Not as a text, which could hold several addresses.
        to: { name: '', address },
        subject: title,
        text: `${title}\n\n${text}\n`,
        // No out-of-office answers.
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    } catch (error) {
      throw new Error(this.#explain(error))
    } finally {
      transport.close()
    }
  }

  /** The server's own words, unless the login is in them. */
  #explain(error: unknown): string {
    const { host, port, login } = this.#settings
    const { code = 'failed', response } = error as { code?: string; response?: string }
    const place = `the mail server ${host}:${port}`
    const words = response ?? (code === 'ESOCKET' || code === 'ETLS' ? (error as Error).message : '')
    const secrets = login ? [login.password, Buffer.from(login.password).toString('base64')] : []
    const tells = words === '' || secrets.some((secret) => secret !== '' && words.includes(secret))
    return tells
      ? `${place} did not take the mail (${code})`
      : `${place} did not take the mail: ${quoted(words)}`
  }
}

/**
 * Certificates are always verified. On this machine itself nothing needs TLS, and mail servers there often have a
 * certificate for no name at all; elsewhere a login is never sent without TLS.
 */
export function transportOptions({ host, port, secure, login }: MailSettings): SMTPTransportOptions {
  const here = host === 'localhost' || host === '::1' || host.startsWith('127.')
  return {
    host,
    port,
    secure,
    ...(login && { auth: { user: login.user, pass: login.password } }),
    requireTLS: !secure && !here && login !== undefined,
    ignoreTLS: !secure && here,
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    connectionTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
