/** Message is what one person is told: plain text, for e-mail and chats alike. */
export interface Message {
  /** `title` is one line that says it all. */
  title: string
  /** `text` has lines of detail. */
  text: string
}

/** Channel is a way to send notices. `send` throws an Error, in which no secret stands, when the message may not have got there. */
export interface Channel {
  send(address: string, message: Message): Promise<void>
}

/** `quoted` makes one line, not longer than `longest` characters, of what others wrote, such as a supplier's own words. */
export function quoted(text: string, longest = 200): string {
  const line = text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line.toWellFormed()
}
