/**
 * Why something that was posted is not to be believed. `headers`: one is missing or malformed. `secret`: the secret
 * at hand cannot be one. `time`: sent too long ago, or in the future; a copy, or a clock that is wrong. `signature`:
 * somebody else made it, or it was changed. `body`: signed, but no order.
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
