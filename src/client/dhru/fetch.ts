import type { Send } from './client.ts'

/** `sendTo` sends by the platform's own fetch. Redirects are not followed: a panel would get the order twice. */
export const sendTo =
  (url: string): Send =>
  async ({ contentType, body }, signal) => {
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body,
      redirect: 'manual',
      ...(signal && { signal }),
    })
    return { status: reply.status, headers: Object.fromEntries(reply.headers), body: await reply.text() }
  }
