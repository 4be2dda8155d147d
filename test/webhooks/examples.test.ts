import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Arrival, Receiver } from './receiver.ts'
import { type Hook, newHook, Shop } from './webhooks.fixtures.ts'

let shop: Shop
let hook: Hook
const receiver = new Receiver()
const folder = mkdtempSync(join(tmpdir(), 'imeigate-webhooks-'))
beforeAll(async () => {
  shop = await Shop.open()
  await receiver.open()
  hook = await newHook(shop.sql, shop.account, receiver.url)
  await shop.sell(hook.key.id)
  await shop.end(await shop.place(hook.key.id), 'failed')
  await shop.deliverer().deliver(hook.webhook.id, new AbortController().signal)
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await receiver.close()
  await shop.close()
})

const programs = [
  ['verify.ts', process.execPath],
  ['verify.py', 'python3'],
  ['verify.php', 'php'],
] as const
const isThere = (command: string): boolean => spawnSync(command, ['--version']).status === 0

for (const [file, command] of programs) {
  describe.skipIf(!isThere(command))(`docs/examples/webhooks/${file}`, () => {
    const run = ({ headers, body }: Pick<Arrival, 'headers' | 'body'>, over: Record<string, string> = {}) => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`)
      writeFileSync(join(folder, 'headers.txt'), lines.join(''))
      writeFileSync(join(folder, 'body.json'), body)
      const program = fileURLToPath(new URL(`../../docs/examples/webhooks/${file}`, import.meta.url))
      const secrets = { WEBHOOK_SECRET: hook.webhook.secret, API_SECRET: hook.key.secret }
      const args = [program, join(folder, 'headers.txt'), join(folder, 'body.json')]
      const { PATH = '', HOME = '' } = process.env
      const ended = spawnSync(command, args, { env: { PATH, HOME, ...secrets, ...over }, encoding: 'utf8' })
      return { code: ended.status, said: `${ended.stdout}${ended.stderr}`.trim() }
    }

    it('takes what was sent', () => {
      const said = receiver.arrivals.map((arrival) => run(arrival))
      const expected = receiver.arrivals.map(({ order }) => `order ${order.order_id} is ${order.status}`)
      expect(expected).toHaveLength(3)
      expect(said).toEqual(expected.map((line) => ({ code: 0, said: line })))
    })

    it('refuses what was changed, kept for long, or signed by somebody else', () => {
      const [first] = receiver.arrivals as [Arrival]
      const refused = (why: string) => ({ code: 1, said: `refused: ${why}` })
      expect(run({ ...first, body: first.body.replace('pending', 'success') })).toEqual(
        refused('webhook-signature is wrong'),
      )
      const headers = { ...first.headers, 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 600) }
      expect(run({ ...first, headers })).toEqual(refused('the timestamp is missing or too old'))
      expect(run(first, { API_SECRET: 'other' })).toEqual(refused('x-signature is wrong'))
    })
  })
}
