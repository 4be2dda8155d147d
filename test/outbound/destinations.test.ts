import { afterEach, describe, expect, it } from 'vitest'
import { parseNetworks } from '../../src/lib/ip.ts'
import { Destinations } from '../../src/outbound/destinations.ts'
import { GuardedOutbound } from '../../src/outbound/guarded.ts'
import { closePeers, listen, reply } from './peer.ts'

afterEach(closePeers)

describe('networks', () => {
  it('are addresses and CIDR blocks, separated by commas', () => {
    expect(parseNetworks(' 10.0.0.0/8, 192.168.1.5,,fd00::/8 , ::1')).toEqual([
      '10.0.0.0/8',
      '192.168.1.5',
      'fd00::/8',
      '::1',
    ])
    expect(parseNetworks('')).toEqual([])
  })

  it.each(['10.0.0.0/33', '10.0.0', 'fd00::/129', 'localhost', '10.0.0.0/', 'fe80::1%eth0', '0x7f.1', '/8'])(
    '%s is none, and named',
    (wrong) => {
      expect(() => parseNetworks(`10.0.0.0/8,${wrong}`)).toThrow(`"${wrong}" is no IP address or CIDR block`)
      expect(() => new GuardedOutbound({ allow: [wrong] })).toThrow(`"${wrong}" is no`)
    },
  )
})

describe('without allowed networks', () => {
  const destinations = new Destinations([])

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('%s is reached with TLS and not without', (address) => {
    expect([destinations.permits(address, true), destinations.permits(address, false)]).toEqual([true, false])
  })

  it.each([
    ['this host', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['loopback', '127.0.0.1'],
    ['loopback, another', '127.255.0.9'],
    ['private', '10.1.2.3'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.0.1'],
    ['link-local (metadata services)', '169.254.169.254'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['protocol assignments', '192.0.0.8'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['benchmarks', '198.18.0.1'],
    ['benchmarks', '198.19.255.255'],
    ['multicast', '224.0.0.1'],
    ['multicast', '239.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['unique local', 'fd00::1'],
    ['unique local', 'fc00::1'],
    ['link-local', 'fe80::1'],
    ['link-local of an interface', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['benchmarks', '2001:2::1'],
    ['discard', '100::1'],
    ['not given out', '4000::1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped', '::ffff:a00:1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::127.0.0.1'],
    ['NAT64', '64:ff9b::a9fe:a9fe'],
    ['local NAT64', '64:ff9b:1::808:808'],
    ['6to4', '2002:7f00:1::1'],
    ['6to4', '2002:808:808::1'],
    ['Teredo', '2001:0:53aa:64c:0:0:80ff:fffe'],
    ['no address', 'localhost'],
    ['no address', '0x7f.1'],
    ['no address', ''],
  ])('%s (%s) is not reached', (_what, address) => {
    expect([destinations.permits(address, true), destinations.permits(address, false)]).toEqual([
      false,
      false,
    ])
  })
})

describe('an allowed network', () => {
  const destinations = new Destinations(['10.0.0.0/8', '::1', '::ffff:192.168.7.0/120', '93.184.216.34'])

  it.each(['10.200.0.1', '::1', '192.168.7.9', '::ffff:10.0.0.1', '93.184.216.34'])(
    'is reached with and without TLS at %s',
    (address) => {
      expect([destinations.permits(address, true), destinations.permits(address, false)]).toEqual([
        true,
        true,
      ])
    },
  )

  it.each(['11.0.0.1', '::2', '192.168.8.1', '64:ff9b::a00:1'])('does not have %s in it', (address) => {
    expect(destinations.permits(address, false)).toBe(false)
  })
})

describe('a URL', () => {
  const outbound = new GuardedOutbound({ allow: [] })

  it.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://127.1:PORT/',
    'http://0:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'https://127.0.0.1:PORT/',
    'https://localhost:PORT/',
    'https://１２７.0.0.1:PORT/',
  ])('%s leads nowhere', async (url) => {
    const peer = await listen((socket) => socket.write(reply('inside')))
    const request = outbound.open().request({ method: 'GET', url: url.replace('PORT', `${peer.port}`) })
    await expect(request).rejects.toMatchObject({
      name: 'NotSent',
      message: expect.stringMatching(/^may not reach \S+:\d+: .*OUTBOUND_ALLOW$/),
    })
    expect(peer.received).toEqual([])
  })

  it('of a public address without TLS is refused before a connection is tried', async () => {
    await expect(outbound.open().request({ method: 'GET', url: 'http://8.8.8.8/' })).rejects.toThrow(
      'may not reach 8.8.8.8:80: it is at a public address without TLS, or at none, and in no network of OUTBOUND_ALLOW',
    )
  })

  it.each([
    ['ftp://s3cret.example/', 'nothing was sent: the URL is no http or https URL'],
    ['s3cret', 'nothing was sent: the URL is no http or https URL'],
    ['http://:s3cret', 'nothing was sent: the URL is no http or https URL'],
    [
      'https://s3cret:pass@panel.example/x',
      'nothing was sent to panel.example:443 (there is a user or a password in the URL)',
    ],
  ])('%s is refused, without a word of its secrets', async (url, message) => {
    const request = outbound.open().request({ method: 'GET', url })
    await expect(request).rejects.toMatchObject({ name: 'NotSent', message })
  })
})

describe('a name', () => {
  /** `resolving` gives these addresses, one list for each look-up. */
  const resolving = (...answers: string[][]) => {
    const asked: string[] = []
    const lookup = async (hostname: string) => {
      asked.push(hostname)
      return (answers.shift() ?? []).map((address) => ({ address }))
    }
    return { asked, lookup }
  }

  it('is looked up once for a connection, and the address that was checked is used', async () => {
    const peer = await listen((socket) => socket.end(reply('first', 'connection: close\r\n')))
    // What rebinding does: the second answer is another network's.
    const { asked, lookup } = resolving(['127.0.0.1'], ['127.0.0.2'])
    const client = new GuardedOutbound({ allow: ['127.0.0.1'], lookup }).open()
    const request = { method: 'GET', url: `http://panel.test:${peer.port}/` } as const
    expect((await client.request(request)).body.toString()).toBe('first')
    expect(asked).toEqual(['panel.test'])
    expect(peer.requests[0]).toContain(`host: panel.test:${peer.port}\r\n`)
    await expect(client.request(request)).rejects.toMatchObject({ name: 'NotSent' })
    expect(asked).toEqual(['panel.test', 'panel.test'])
    expect(peer.received).toHaveLength(1)
  })

  it('that is at permitted and at other addresses is reached at the permitted ones only', async () => {
    const peer = await listen((socket) => socket.write(reply('allowed')))
    const { lookup } = resolving(['127.0.0.2', '10.0.0.1', '::1', '127.0.0.1'])
    const client = new GuardedOutbound({ allow: ['127.0.0.1'], lookup }).open()
    const answer = await client.request({ method: 'GET', url: `http://panel.test:${peer.port}/` })
    expect(answer.body.toString()).toBe('allowed')
    expect(peer.received).toHaveLength(1)
  })

  it('is tried at its next address when nobody listens at the first', async () => {
    const peer = await listen((socket) => socket.write(reply('second')))
    const { lookup } = resolving(['127.0.0.2', '127.0.0.1'])
    const client = new GuardedOutbound({ allow: ['127.0.0.0/8'], lookup }).open()
    const answer = await client.request({ method: 'GET', url: `http://panel.test:${peer.port}/` })
    expect(answer.body.toString()).toBe('second')
  })

  it('of nobody is said to be so', async () => {
    const { lookup } = resolving([])
    const client = new GuardedOutbound({ allow: [], lookup }).open()
    await expect(client.request({ method: 'GET', url: 'https://panel.test/x' })).rejects.toThrow(
      'may not reach panel.test:443: it is at no public address, and in no network of OUTBOUND_ALLOW',
    )
  })
})
