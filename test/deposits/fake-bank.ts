import { createHmac } from 'node:crypto'

export const HOOK_SECRET = 'the secret of the fake bank'

/** Mutation is a line of an account, as services that read accounts tell of it. */
export interface Mutation {
  mutation_id: string
  type: 'CR' | 'DB'
  amount: number | string
  date: string
  description: string
}

let count = 0

/** `mutation` is one that came in, unless told otherwise. */
export const mutation = (amount: number | string, over: Partial<Mutation> = {}): Mutation => ({
  ...{ mutation_id: `m${++count}`, type: 'CR', amount, date: '2031-01-01 00:00:00', description: 'TRSF' },
  ...over,
})

/** `tell` sends to a hook what is signed as such services do, unless told otherwise. */
export async function tell(
  hook: string,
  body: unknown,
  {
    secret = HOOK_SECRET,
    header = 'signature',
    sign = hmac,
  }: { secret?: string; header?: string; sign?: typeof hmac } = {},
): Promise<{ status: number; text: string }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const reply = await fetch(hook, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [header]: sign(text, secret) },
    body: text,
  })
  return { status: reply.status, text: await reply.text() }
}

export const hmac = (text: string, secret: string): string =>
  createHmac('sha256', secret).update(text).digest('hex')
