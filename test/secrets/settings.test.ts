import { describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'

const hex = 'c0ffee'.padEnd(64, '0')

describe('the settings of outbound calls and secrets', () => {
  it('are not needed', () => {
    expect(readConfig({})).toMatchObject({ outboundAllow: [], secretKey: undefined })
  })

  it('are read', () => {
    expect(readConfig({ OUTBOUND_ALLOW: '10.0.0.0/8, ::1', IMEIGATE_SECRET_KEY: ` ${hex}\n` })).toMatchObject(
      {
        outboundAllow: ['10.0.0.0/8', '::1'],
        secretKey: hex,
      },
    )
  })

  it('name a network that is none', () => {
    expect(() => readConfig({ OUTBOUND_ALLOW: '10.0.0.0/8,10.0.0.0/40' })).toThrow(
      /^OUTBOUND_ALLOW: "10\.0\.0\.0\/40" is no IP address or CIDR block$/,
    )
  })

  it('name a key that is none, and do not say it', () => {
    expect(() => readConfig({ IMEIGATE_SECRET_KEY: 'c0ffee', PORT: 'x' })).toThrow(
      /^IMEIGATE_SECRET_KEY is not valid \(.*32 bytes as 64 hex digits or base64; without it secret\.key in the data folder\)$/m,
    )
    expect(() => readConfig({ IMEIGATE_SECRET_KEY: 'c0ffee' })).not.toThrow(/c0ffee/)
  })
})
