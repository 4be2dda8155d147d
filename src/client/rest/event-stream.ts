/** Message is one message of a stream of server-sent events. */
export interface Message {
  /** `id` is the last one that the stream gave; '': it has given none. */
  id: string
  event: string
  data: string
}

/** Silence says that nothing came for so long that the connection is taken for dead. */
class Silence extends Error {}

/**
 * `messages` reads a stream of server-sent events (WHATWG HTML, 9.2.6) until it ends. Throws a Silence when nothing, not even a
 * heartbeat, comes for `silenceMs`.
 */
export async function* messages(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<Message> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  const parser = new Parser()
  try {
    for (;;) {
      const { done, value } = await within(reader.read(), silenceMs)
      // A message without its blank line at the end is not complete.
      if (done) return
      yield* parser.read(decoder.decode(value, { stream: true }))
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

class Parser {
  #rest = ''
  #id = ''
  #event = ''
  #data: string[] = []

  /** `read` gives the messages that are complete with this text. */
  read(text: string): Message[] {
    const complete: Message[] = []
    const lines = (this.#rest + text).split(/\r?\n/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        // A message without data only carries the position of the stream.
        const { length } = this.#data
        complete.push({ id: this.#id, event: length > 0 ? this.#event : '', data: this.#data.join('\n') })
        this.#event = ''
        this.#data = []
        continue
      }
      const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? []
      if (name === 'id') this.#id = value
      else if (name === 'event') this.#event = value
      else if (name === 'data') this.#data.push(value)
    }
    return complete
  }
}

async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  const silence = Promise.withResolvers<never>()
  const timer = setTimeout(() => silence.reject(new Silence()), ms)
  try {
    return await Promise.race([promise, silence.promise])
  } finally {
    clearTimeout(timer)
  }
}
