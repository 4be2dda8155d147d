import { Refusal } from '../../../errors.ts'
import { choice, integer } from '../../../lib/attribute-types.ts'
import { optional, secret, text } from '../../kit/fields.ts'
import { channelKind } from '../channel-kind.ts'
import { EmailChannel } from './email.ts'

/** `email` sends by the operator's own mail server. */
export const email = channelKind({
  kind: 'email',
  label: 'E-mail',
  address: {
    value: 'address',
    help: 'an e-mail address',
    pattern: /^(?=.{3,254}$)[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u,
    form: 'email address',
  },
  fields: {
    host: text({
      label: 'Mail server',
      flag: '--host <text>',
      help: 'its name or IP address',
      max: 253,
      form: { pattern: '^[^\\s/@?#\\[\\]]+$', example: 'mail.example.com' },
    }),
    security: choice(['starttls', 'tls'], {
      label: 'Security',
      flag: '--security <text>',
      default: 'starttls',
      help: 'starttls, or TLS from the first byte',
    }),
    port: optional(
      integer({
        label: 'Port',
        flag: '--port <text>',
        help: '1 to 65535; when left out, 587 with starttls and 465 with tls',
        min: 1,
        max: 65_535,
      }),
    ),
    from: text({
      label: 'Sender',
      flag: '--from <text>',
      help: 'the address that notices come from, alone or as Name <address>',
      max: 320,
      form: {
        pattern: '^([^\\s@<>"]+@[^\\s@<>"]+|[^<>"\\r\\n]+ <[^\\s@<>"]+@[^\\s@<>"]+>)$',
        example: 'The Shop <imeigate@example.com>',
      },
    }),
    user: optional(
      text({
        label: 'User',
        flag: '--user <text>',
        help: 'whom the mail server knows us as; when left out, it asks for none',
        max: 320,
      }),
    ),
    password: optional(
      secret({ label: 'Password', flag: '--password <secret or ->', help: "the user's password" }),
    ),
  },
  connect({ settings, secrets: { password } }) {
    const { host, security, from, user } = settings
    const secure = security === 'tls'
    const port = settings.port ?? (secure ? 465 : 587)
    if (user !== undefined && password === undefined)
      throw new Refusal('invalid_input', 'password: is missing: there is a user', 'password')
    if (user === undefined && password !== undefined)
      throw new Refusal('invalid_input', 'user: is missing: there is a password', 'user')
    const login = user === undefined || password === undefined ? undefined : { user, password }
    return new EmailChannel({ host, port, secure, from, login })
  },
})
