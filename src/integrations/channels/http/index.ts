import { Refusal } from '../../../errors.ts'
import { choice } from '../../../lib/attribute-types.ts'
import { failure } from '../../../lib/failures.ts'
import { SIGNING_SECRET, standardHeaders } from '../../../lib/standard-webhooks.ts'
import { optional, secret, text } from '../../kit/fields.ts'
import { channelKind } from '../channel-kind.ts'
import { post } from '../post.ts'
import { type HeaderList, headersFault, readHeaders } from './headers.ts'
import { type BodyType, bodyTypes, DEFAULT_BODY, fill, templateFault } from './template.ts'

/** `http` posts each notice to a URL, as that wants it: chats, pagers, gateways to messengers. URL and headers may hold tokens, and are in no error. */
export const http = channelKind({
  kind: 'http',
  label: 'HTTP',
  address: {
    value: 'name',
    help: 'whom the URL is to tell, such as a telephone number: what its body has for {{to}}',
    pattern: /^(?=.{1,200}$)\P{Cc}*\S\P{Cc}*$/u,
    form: 'name of one line and at most 200 characters',
  },
  fields: {
    url: secret({
      label: 'URL',
      flag: '--url <secret or ->',
      help: 'where each notice is posted; it is kept like a password',
      form: {
        pattern: '^https?://[^\\s/?#@]+([/?][^\\s#]*)?$',
        example: 'https://hooks.example.com/notices?token=secret',
      },
    }),
    body_type: choice(['json', 'form', 'text'], {
      label: 'Type of the body',
      flag: '--body-type <text>',
      default: 'json',
      help: 'json, form (as a browser sends one) or text; values are put into the body as it wants them',
    }),
    body: optional(
      text({
        label: 'Body',
        flag: '--body <text>',
        help: 'what is posted, with {{to}}, {{title}}, {{text}}, {{message}} (title and text), {{event}} and {{id}} in it; when left out, JSON with all but {{message}}',
        max: 10_000,
      }),
    ),
    answer: optional(
      text({
        label: 'Answer',
        flag: '--answer <text>',
        help: 'what the answer to a message that was taken has in it, where the status 2xx is no proof',
        max: 200,
      }),
    ),
    headers: optional(
      secret({
        label: 'Headers',
        flag: '--headers <secret or ->',
        help: 'further headers as a JSON object, such as one with a token',
      }),
    ),
    signing_secret: optional(
      secret({
        label: 'Signing secret',
        flag: '--signing-secret <secret or ->',
        help: 'signs each message as Standard Webhooks says',
        form: { pattern: SIGNING_SECRET, example: 'whsec_ and base64 of 24 to 64 bytes' },
      }),
    ),
  },
  connect({ settings, secrets: { url = '', headers, signing_secret: signing } }, { outbound, clock }) {
    const type = settings.body_type as BodyType
    const { body: template = DEFAULT_BODY, answer } = settings
    const wrong = templateFault(template, type)
    if (wrong !== undefined) throw new Refusal('invalid_input', `body: ${wrong}`, 'body')
    const given: HeaderList = headers === undefined ? {} : readHeaders(headers)
    const fault = headersFault(given)
    if (fault !== undefined) throw new Refusal('invalid_input', `headers: ${fault}`, 'headers')
    return {
      async send(to, message) {
        const { id } = message
        const body = fill(template, type, { to, ...message })
        const { status, body: answered } = await post(outbound, url, body, {
          'content-type': bodyTypes[type].mediaType,
          'idempotency-key': id,
          ...given,
          ...(signing !== undefined && standardHeaders([signing], { id, body, at: clock.now() })),
        })
        if (status < 200 || status > 299) throw new Error(failure('message_not_taken', { status }))
        if (answer !== undefined && !answered.toString('utf8').includes(answer))
          throw new Error(failure('message_answered_otherwise', { status, text: JSON.stringify(answer) }))
      },
    }
  },
})
