/**
 * WebhookFault says why a request is not believed. `headers`: one is missing or malformed. `secret`: the given secret cannot be one.
 * `time`: it was sent too long ago, or in the future. `signature`: it was made with another secret, or the request was changed. `body`: it
 * is signed, and is no order.
 */
export type WebhookFault = 'headers' | 'secret' | 'time' | 'signature' | 'body'

export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  readonly fault: WebhookFault

  constructor(fault: WebhookFault, message: string) {
    super(message)
    this.fault = fault
  }
}
