import type { Outbound } from '../outbound/outbound.ts'
import { type Message, quoted, type Sender } from './message.ts'

/** The bot that sends notices. */
export interface TelegramSettings {
  token: string
  /** Of the Bot API, without the token. */
  apiUrl: string
}

export const BOT_TOKEN_PATTERN = '^\\d{3,20}:[A-Za-z0-9_-]{20,100}$'

const LONGEST = 4_000
const limits = { totalTimeoutMs: 20_000, maxBytes: 65_536, connections: 2 }

/** Messages of a bot. The token is in the request's path, which no error of an outbound call names. */
export class TelegramSender implements Sender {
  readonly #settings: TelegramSettings
  readonly #outbound: Outbound

  constructor(settings: TelegramSettings, outbound: Outbound) {
    this.#settings = settings
    this.#outbound = outbound
  }

  async send(address: string, { title, text }: Message): Promise<void> {
    const { token, apiUrl } = this.#settings
    const client = this.#outbound.open(limits)
    try {
      const { status, body } = await client.request({
        method: 'POST',
        url: `${apiUrl.replace(/\/+$/, '')}/bot${token}/sendMessage`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          chat_id: address,
          text: `${title}\n\n${text}`.slice(0, LONGEST).toWellFormed(),
          link_preview_options: { is_disabled: true },
        }),
      })
      const { ok, description } = readAnswer(body)
      if (status === 200 && ok === true) return
      const why = description === undefined || description.includes(token) ? `HTTP ${status}` : description
      throw new Error(`Telegram did not take the message: ${quoted(why)}`)
    } finally {
      await client.close()
    }
  }
}

function readAnswer(body: Buffer): { ok: boolean; description: string | undefined } {
  try {
    const { ok, description } = JSON.parse(body.toString('utf8')) as { ok?: unknown; description?: unknown }
    return { ok: ok === true, description: typeof description === 'string' ? description : undefined }
  } catch {
    return { ok: false, description: undefined }
  }
}
