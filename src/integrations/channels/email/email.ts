import type { SMTPTransportOptions } from 'nodemailer'
import { quoteLine } from '../../../lib/text.ts'
import type { Channel, Message } from '../channel.ts'

const CONNECT_MS = 10_000
const SILENCE_MS = 20_000

interface MailSettings {
  host: string
  port: number
  /** `secure` asks for TLS from the first byte; otherwise STARTTLS is used, see `transportOptions`. */
  secure: boolean
  /** `login`, undefined: the server asks for none. */
  login: { user: string; password: string } | undefined
  from: string
}

/** EmailChannel opens a connection for each mail, because notices are few. */
export class EmailChannel implements Channel {
  readonly #settings: MailSettings

  constructor(settings: MailSettings) {
    this.#settings = settings
  }

  async send(address: string, { title, text }: Message): Promise<void> {
    // The import is here so that no command that sends no mail loads the mailer.
    const { createTransport } = await import('nodemailer')
    const transport = createTransport(transportOptions(this.#settings))
    try {
      await transport.sendMail({
        from: this.#settings.from,
        // An address alone could be read as several, so it is given with a name.
        to: { name: '', address },
        subject: title,
        text: `${title}\n\n${text}\n`,
        // Auto-Submitted keeps out-of-office answers away.
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    } catch (error) {
      throw new Error(this.#explain(error))
    } finally {
      transport.close()
    }
  }

  /** `#explain` quotes the server's own words, unless the login is in them. */
  #explain(error: unknown): string {
    const { host, port, login } = this.#settings
    const { code = 'failed', response } = error as { code?: string; response?: string }
    const place = `the mail server ${host}:${port}`
    const message = response ?? (code === 'ESOCKET' || code === 'ETLS' ? (error as Error).message : '')
    const secrets = login ? [login.password, Buffer.from(login.password).toString('base64')] : []
    const isHidden = message === '' || secrets.some((secret) => secret !== '' && message.includes(secret))
    return `${place} did not take the mail${isHidden ? ` (${code})` : `: ${quoteLine(message)}`}`
  }
}

/**
 * `transportOptions` always verifies certificates. A mail server on this machine needs no TLS, and often has a certificate for no name at
 * all; elsewhere a login is never sent without TLS.
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
