import type { Outbound, OutboundReply } from '../../outbound/outbound.ts'

const LIMITS = { totalTimeoutMs: 20_000, maxBytes: 65_536, connections: 2 }

/** `post` posts a text to a URL, over a connection of its own, because notices are few. Throws as `OutboundClient.request` does. */
export async function post(
  outbound: Outbound,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<OutboundReply & { body: Buffer }> {
  const client = outbound.open(LIMITS)
  try {
    return await client.request({ method: 'POST', url, headers, body })
  } finally {
    await client.close()
  }
}
