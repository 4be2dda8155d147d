import { secret } from '../../kit/fields.ts'
import { channelKind } from '../channel-kind.ts'
import { postJson } from '../post-json.ts'

/** `http` posts each notice to a URL of the operator's. The URL may hold a token, and is in no error. */
export const http = channelKind({
  kind: 'http',
  label: 'HTTP',
  address: {
    value: 'name',
    help: 'whom the URL is to tell: what it reads as `to`',
    pattern: /^(?=.{1,200}$)\P{Cc}*\S\P{Cc}*$/u,
    form: 'name of one line and at most 200 characters',
  },
  fields: {
    url: secret({
      label: 'URL',
      flag: '--url <secret or ->',
      help: 'where each notice is posted as JSON with `to`, `title` and `text`; it is kept like a password',
      form: {
        pattern: '^https?://[^\\s/?#@]+([/?][^\\s#]*)?$',
        example: 'https://hooks.example.com/notices?token=secret',
      },
    }),
  },
  connect: ({ secrets: { url = '' } }, { outbound }) => ({
    async send(to, message) {
      const { status } = await postJson(outbound, url, { to, ...message })
      if (status < 200 || status > 299) throw new Error(`the URL did not take the message: HTTP ${status}`)
    },
  }),
})
