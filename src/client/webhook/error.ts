/**
 * WebhookFault is why a request is not believed. `headers`: one is missing or malformed. `secret`: the given secret cannot be one.
 * `time`: sent too long ago, or in the future: a copy, or a wrong clock. `signature`: made with another secret, or the request was
 * changed. `body`: signed, but no order.
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
