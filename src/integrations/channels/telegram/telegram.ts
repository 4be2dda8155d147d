import { failure } from '../../../lib/failures.ts'
import { quoteLine } from '../../../lib/text.ts'
import type { Outbound } from '../../../outbound/outbound.ts'
import type { Channel, Message } from '../channel.ts'
import { post } from '../post.ts'

interface TelegramSettings {
  token: string
  /** `apiUrl` is the Bot API's, without the token. */
  apiUrl: string
}

/** MAX_TEXT_LENGTH is below the 4,096 characters that Telegram takes. */
const MAX_TEXT_LENGTH = 4_000

/** TelegramChannel has a bot send messages. The token is in the request's path, which no error of an outbound call names. */
export class TelegramChannel implements Channel {
  readonly #settings: TelegramSettings
  readonly #outbound: Outbound

  constructor(settings: TelegramSettings, outbound: Outbound) {
    this.#settings = settings
    this.#outbound = outbound
  }

  async send(address: string, { title, text }: Message): Promise<void> {
    const { token, apiUrl } = this.#settings
    const url = `${apiUrl.replace(/\/+$/, '')}/bot${token}/sendMessage`
    const said = JSON.stringify({
      chat_id: address,
      text: `${title}\n\n${text}`.slice(0, MAX_TEXT_LENGTH).toWellFormed(),
      link_preview_options: { is_disabled: true },
    })
    const { status, body } = await post(this.#outbound, url, said, { 'content-type': 'application/json' })
    const { ok, description } = readAnswer(body)
    if (status === 200 && ok) return
    const why = description === undefined || description.includes(token) ? `HTTP ${status}` : description
    throw new Error(failure('telegram_refused', { why: quoteLine(why) }))
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
