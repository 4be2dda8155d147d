import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Bodies } from '../../src/admission/bodies.ts'
import type { Caller } from '../../src/admission/caller.ts'

const LIMIT = 1000

/** `stream` is a request as its bytes come in. */
function stream(): IncomingMessage {
  return new IncomingMessage(new Socket())
}

function finish(request: IncomingMessage): void {
  request.complete = true
  request.push(null)
}

const caller = (): Caller => ({ address: '192.0.2.1', connections: new Set(), requests: 0, spentUntil: 0 })

afterEach(() => {
  vi.restoreAllMocks()
})

describe('bodies', () => {
  it('are given whole, with nothing left on its way', async () => {
    const bodies = new Bodies({ bytesPerSecond: 0, held: 10_000 }, () => {})
    const request = stream()
    const read = bodies.read(request, LIMIT, null)
    request.push('a'.repeat(400))
    request.push('b'.repeat(600))
    await expect.poll(() => bodies.held).toBe(1000)
    finish(request)
    expect(await read).toEqual({ bytes: Buffer.from('a'.repeat(400) + 'b'.repeat(600)), isBrokenOff: false })
    expect(bodies.held).toBe(0)
  })

  it('that are too large together: the one that has been on its way for longest gives way', async () => {
    const refused: string[] = []
    const bodies = new Bodies({ bytesPerSecond: 0, held: 2500 }, (why) => refused.push(why))
    const requests = [stream(), stream(), stream()]
    const reads = requests.map((request) => bodies.read(request, LIMIT, null))
    for (const request of requests) request.push('x'.repeat(900))
    await expect.poll(() => [bodies.held, refused]).toEqual([1800, ['bodies']])
    finish(requests[0] as IncomingMessage)
    expect(await reads[0]).toMatchObject({ refusal: { code: 'too_many_requests' }, isBrokenOff: false })
    for (const request of requests.slice(1)) finish(request)
    for (const read of reads.slice(1)) expect((await read).bytes).toHaveLength(900)
    expect(bodies.held).toBe(0)
  })

  it('that break off leave nothing on its way', async () => {
    const bodies = new Bodies({ bytesPerSecond: 0, held: 2500 }, () => {})
    const request = stream()
    const read = bodies.read(request, LIMIT, null)
    request.push('x'.repeat(900))
    request.destroy()
    await expect(read).rejects.toThrow()
    expect(bodies.held).toBe(0)
  })

  it('beyond the limit are read on, and their beginning is kept', async () => {
    const bodies = new Bodies({ bytesPerSecond: 0, held: 10_000 }, () => {})
    const request = stream()
    const read = bodies.read(request, LIMIT, null)
    for (let index = 0; index < 5; index++) request.push('x'.repeat(700))
    await expect.poll(() => bodies.held).toBe(1000)
    finish(request)
    const { bytes, refusal, isBrokenOff } = await read
    expect([bytes.length, refusal?.code, isBrokenOff]).toEqual([1000, 'body_too_large', false])
  })

  it('of an address come no faster than it may send, but for those with valid credentials', async () => {
    vi.spyOn(performance, 'now').mockReturnValue(1_000_000)
    const bodies = new Bodies({ bytesPerSecond: 100, held: 10_000 }, () => {})
    const one = caller()
    const send = async (): Promise<string> => {
      const request = stream()
      const read = bodies.read(request, LIMIT, one)
      request.push('x'.repeat(200))
      finish(request)
      return (await read).refusal?.code ?? 'read'
    }
    expect([await send(), await send(), await send()]).toEqual(['read', 'read', 'too_many_requests'])
    bodies.giveBack(one, 200)
    expect([await send(), await send()]).toEqual(['read', 'too_many_requests'])
  })
})
