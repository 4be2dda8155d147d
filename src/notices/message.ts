/** What one person is told: plain text, for e-mail and chats alike. */
export interface Message {
  /** One line, that says it all. */
  title: string
  /** Lines of detail. */
  text: string
}

/** How a message gets to a person. Throws an Error, in which no secret stands, when it may not have got there. */
export interface Sender {
  send(address: string, message: Message): Promise<void>
}

/** The ways to tell people. */
export type Channel = 'email' | 'telegram'

/** What is set up here; a way without a sender is not. */
export type Senders = Partial<Record<Channel, Sender>>

/** What others wrote (names, a supplier's own words), as a part of a message: one line, not longer than this. */
export function quoted(text: string, longest = 200): string {
  const line = text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line.toWellFormed()
}
