import type { Outbound, OutboundReply } from '../../outbound/outbound.ts'

const LIMITS = { totalTimeoutMs: 20_000, maxBytes: 65_536, connections: 2 }

/** `postJson` posts a value to a URL, over a connection of its own, because notices are few. Throws as `OutboundClient.request` does. */
export async function postJson(
  outbound: Outbound,
  url: string,
  value: unknown,
): Promise<OutboundReply & { body: Buffer }> {
  const client = outbound.open(LIMITS)
  try {
    const headers = { 'content-type': 'application/json' }
    return await client.request({ method: 'POST', url, headers, body: JSON.stringify(value) })
  } finally {
    await client.close()
  }
}
