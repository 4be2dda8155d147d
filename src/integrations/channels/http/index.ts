import type { Outbound } from '../../../outbound/outbound.ts'
import { secret } from '../../kit/fields.ts'
import type { Channel, Message } from '../channel.ts'
import { channelKind } from '../channel-kind.ts'

const LIMITS = { totalTimeoutMs: 20_000, maxBytes: 65_536, connections: 2 }

/** HttpChannel posts messages as JSON. The URL may hold a token, and is in no error. */
class HttpChannel implements Channel {
  readonly #url: string
  readonly #outbound: Outbound

  constructor(url: string, outbound: Outbound) {
    this.#url = url
    this.#outbound = outbound
  }

  async send(to: string, message: Message): Promise<void> {
    const client = this.#outbound.open(LIMITS)
    try {
      const { status } = await client.request({
        method: 'POST',
        url: this.#url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ to, ...message }),
      })
      if (status < 200 || status > 299) throw new Error(`the URL did not take the message: HTTP ${status}`)
    } finally {
      await client.close()
    }
  }
}

/** `http` posts each notice to a URL of the operator's, for chats and pagers of other makers. */
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
  connect: ({ secrets: { url = '' } }, { outbound }) => new HttpChannel(url, outbound),
})
