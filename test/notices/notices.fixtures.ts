import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { systemClock } from '../../src/lib/time.ts'
import { type ChannelDeps, createChannel } from '../../src/notices/channels.ts'

export const BOT_TOKEN = '123456:AAE-imeigate_test_bot_token_0000000'

/** `TelegramInbox` is the Telegram Bot API on a real socket: it notes what bots say. */
export class TelegramInbox {
  readonly messages: { chat: string; text: string }[] = []
  /** `troubles` are its answers to the next messages, before it takes any. */
  readonly troubles: { status: number; body: string }[] = []
  readonly #server = createServer((request, reply) => void this.#answer(request, reply))

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** `of` gives what a chat has read. */
  of(chat: string): string[] {
    return this.messages.filter((one) => one.chat === chat).map((one) => one.text)
  }

  async #answer(request: IncomingMessage, reply: ServerResponse): Promise<void> {
    const body = await text(request)
    const say = (status: number, answer: string): void => {
      reply.writeHead(status, { 'content-type': 'application/json' }).end(answer)
    }
    if (request.url !== `/bot${BOT_TOKEN}/sendMessage` || request.method !== 'POST') {
      return say(404, '{"ok":false,"error_code":404,"description":"Not Found"}')
    }
    const trouble = this.troubles.shift()
    if (trouble) return say(trouble.status, trouble.body)
    const { chat_id: chat, text: words } = JSON.parse(body) as { chat_id: string; text: string }
    this.messages.push({ chat, text: words })
    say(200, '{"ok":true,"result":{"message_id":1}}')
  }
}

/** makeChannels makes a channel of each of the kinds that have an inbox here, and is sealed like any other. */
export async function makeChannels(
  deps: ChannelDeps,
  { mail, telegram }: { mail: MailInbox; telegram: TelegramInbox },
): Promise<void> {
  const smtp = { host: '127.0.0.1', port: mail.port, from: 'Shop <imeigate@example.com>' }
  await createChannel(deps, { kind: 'email', name: 'mail', settings: smtp }, systemClock)
  const bot = { settings: { api_url: telegram.url }, secrets: { token: BOT_TOKEN } }
  await createChannel(deps, { kind: 'telegram', name: 'bot', ...bot }, systemClock)
}

/** `MailInbox` is a mail server on a real socket: it notes what it takes. */
export class MailInbox {
  readonly mails: { from: string; to: string[]; source: string }[] = []
  readonly #server: SMTPServer

  /** `login`: the only one it knows; without it nobody needs any. */
  constructor({
    login,
    ...options
  }: SMTPServerOptions & { login?: { user: string; password: string } } = {}) {
    this.#server = new SMTPServer({
      authOptional: login === undefined,
      allowInsecureAuth: true,
      logger: false,
      onAuth: ({ username, password }, _session, done) => {
        if (username === login?.user && password === login?.password) done(null, { user: username })
        else done(new Error(`nobody logs in with ${password}`))
      },
      onData: (stream, { envelope }, done) => {
        void text(stream).then((source) => {
          const { mailFrom, rcptTo } = envelope
          const from = mailFrom === false ? '' : mailFrom.address
          this.mails.push({ from, to: rcptTo.map(({ address }) => address), source })
          done()
        })
      },
      ...options,
    })
    this.#server.on('error', () => {})
  }

  async open(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    return this
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  /** `of` gives the lines of text that an address has got, without heads. */
  of(address: string): string[] {
    return this.mails
      .filter(({ to }) => to.includes(address))
      .map(({ source }) =>
        source
          .slice(source.indexOf('\r\n\r\n') + 4)
          .replaceAll('\r\n', '\n')
          .trim(),
      )
  }
}
