import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

  it('that are secret may be in files, and no others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'imeigate-test-'))
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    try {
      const url = 'postgres://imeigate:p4ss@db/imeigate'
      const read = readConfig({
        DATABASE_URL_FILE: file('url', `${url}\n`),
        METRICS_TOKEN_FILE: file('token', 'sixteen-letters-x\r\n'),
        IMEIGATE_SECRET_KEY_FILE: file('key', hex),
        IMEIGATE_SECRET_KEY_NEXT_FILE: file('next', hex.toUpperCase()),
        PORT_FILE: file('port', '1'),
      })
      expect(read).toMatchObject({
        ...{
          database: { serving: url, owner: url },
          metricsToken: 'sixteen-letters-x',
          secretKey: hex,
          port: 8080,
        },
        nextSecretKey: hex.toUpperCase(),
      })
      for (const [settings, message] of [
        [
          { DATABASE_URL: url, DATABASE_URL_FILE: join(folder, 'url') },
          'DATABASE_URL and DATABASE_URL_FILE are both set',
        ],
        [
          { METRICS_TOKEN_FILE: join(folder, 'none') },
          /^METRICS_TOKEN_FILE names .*none, which cannot be read \(ENOENT\)$/,
        ],
        [{ METRICS_TOKEN_FILE: folder }, /cannot be read \(EISDIR\)/],
        [{ IMEIGATE_SECRET_KEY_FILE: file('empty', '\n') }, /which is empty$/],
        [{ IMEIGATE_SECRET_KEY_FILE: file('short', 'c0ffee') }, /^IMEIGATE_SECRET_KEY is not valid/],
      ] as const) {
        expect(() => readConfig(settings)).toThrow(message)
        expect(() => readConfig(settings)).not.toThrow(/p4ss|c0ffee/)
      }
      expect(readConfig({ METRICS_TOKEN_FILE: ' ' }).metricsToken).toBeUndefined()
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('name a key that is none, and do not say it', () => {
    expect(() => readConfig({ IMEIGATE_SECRET_KEY: 'c0ffee', PORT: 'x' })).toThrow(
      /^IMEIGATE_SECRET_KEY is not valid \(.*32 bytes as 64 hex digits or base64; without it secret\.key in the data folder\)$/m,
    )
    expect(() => readConfig({ IMEIGATE_SECRET_KEY: 'c0ffee' })).not.toThrow(/c0ffee/)
  })
})
