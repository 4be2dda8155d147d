/** Message is what one person is told: plain text, for e-mail and chats alike. */
export interface Message {
  /** `title` is one line, which must do alone. */
  title: string
  /** `text` has lines of detail. */
  text: string
}

/** SentMessage is a message on its way. */
export interface SentMessage extends Message {
  /** `id` is the same however often it is tried, so that who gets it twice can tell. */
  id: string
  /** `event` is the name of what it tells of. */
  event: string
}

/** Channel is a way to send notices. `send` throws an Error, in which no secret stands, when the message may not have arrived. */
export interface Channel {
  send(address: string, message: SentMessage): Promise<void>
}
