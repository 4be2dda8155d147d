/** The mail server of notices. */
export interface MailSettings {
  host: string
  port: number
  /** TLS from the first byte; otherwise STARTTLS: see `transportOptions`. */
  secure: boolean
  /** undefined: it asks for none. */
  login: { user: string; password: string } | undefined
  /** What mails come from. */
  from: string
}

export const SMTP_URL_PATTERN =
  '^smtps?://([^\\s@/:]+:[^\\s@/]*@)?(\\[[0-9a-fA-F:.]+\\]|[^\\s@/:?#\\[\\]]+)(:\\d{1,5})?/?$'
/** An address, or `Name <address>`. */
export const MAIL_FROM_PATTERN = '^([^\\s@<>"]+@[^\\s@<>"]+|[^<>"\\r\\n]+ <[^\\s@<>"]+@[^\\s@<>"]+>)$'

/** Reads a URL of the pattern above. Throws an Error in which nothing of it stands. */
export function readMailSettings(text: string, from: string): MailSettings {
  try {
    const url = new URL(text)
    const secure = url.protocol === 'smtps:'
    const user = decodeURIComponent(url.username)
    const password = decodeURIComponent(url.password)
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (secure ? 465 : 587),
      secure,
      login: user === '' ? undefined : { user, password },
      from,
    }
  } catch {
    throw new Error('SMTP_URL is not valid (a % @ : or / in user or password is written %25 %40 %3A %2F)')
  }
}
