import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OperatorDeps } from '../../src/protocols/operator/deps.ts'
import { routesOf as operatorRoutesOf } from '../../src/protocols/operator/routes.ts'
import type { PortalDeps } from '../../src/protocols/portal/deps.ts'
import { routesOf as portalRoutesOf } from '../../src/protocols/portal/routes.ts'
import type { RestDeps } from '../../src/protocols/rest/deps.ts'
import { routesOf as restRoutesOf } from '../../src/protocols/rest/routes.ts'
import { exchange } from '../support/dhru.ts'
import { OperatorOffice } from './operator/office.fixtures.ts'
import { PortalShop } from './portal/portal.fixtures.ts'

/** Numbers at and behind the bounds of the columns that hold ids and counts, and of what a double tells apart. */
const NUMBERS = [
  '0',
  '-1',
  '32768',
  '2147483647',
  '2147483648',
  '9007199254740991',
  '9007199254740992',
  '9223372036854775808',
  '1e21',
]

let office: OperatorOffice
let portal: PortalShop
let headersOf: Record<Api, Record<string, string>>
beforeAll(async () => {
  office = await OperatorOffice.open()
  portal = PortalShop.at(office.server, office.office.clock)
  const shop = await office.server.shop({ deposit: '10' })
  const { email } = await portal.invited(shop.accountId)
  headersOf = {
    operator: (await office.person('owner')).headers,
    portal: await portal.signIn(email),
    rest: { authorization: `Bearer ${shop.securityId}.${shop.secret}` },
  }
})
afterAll(() => office.stop())

type Api = 'operator' | 'portal' | 'rest'

interface Reading {
  api: Api
  method: string
  path: string
  query?: unknown
}

const readings: Reading[] = [
  ...operatorRoutesOf({} as OperatorDeps).map((route) => ({
    ...route,
    api: 'operator' as const,
    path: `/api/operator${route.path}`,
  })),
  ...portalRoutesOf({} as PortalDeps).map((route) => ({
    ...route,
    api: 'portal' as const,
    path: `/api/portal${route.path}`,
  })),
  ...restRoutesOf({} as RestDeps).map((route) => ({ ...route, api: 'rest' as const })),
].filter(({ method, path }) => method === 'GET' && !path.endsWith('/events'))

const namesIn = (query: unknown): string[] =>
  Object.keys((query as { properties?: object } | undefined)?.properties ?? {}).filter(
    (name) => name !== 'wait',
  )

/** `urlsOf` puts one number into the path of a route, and into each part of its query. */
const urlsOf = ({ path, query }: Reading, number: string): string[] => {
  const there = path.replaceAll(/:\w+/g, '1')
  return [
    ...(path.includes(':') ? [path.replaceAll(/:\w+/g, number)] : []),
    ...namesIn(query).map((name) => `${there}?${name}=${number}`),
  ]
}

describe.each(['operator', 'portal', 'rest'] as const)('the routes that read, of the %s API', (api) => {
  const routes = readings.filter((route) => route.api === api)

  it.each(NUMBERS)('answer %s, or refuse it, wherever it stands', async (number) => {
    const ours: string[] = []
    for (const url of routes.flatMap((route) => urlsOf(route, number))) {
      const { status, bytes } = await exchange(office.server.url, {
        method: 'GET',
        path: url,
        body: '',
        headers: headersOf[api],
      })
      // Whoever asks is known: what lies behind that is reached.
      if (status >= 500 || status === 401) ours.push(`${url}: ${status} ${bytes.toString().slice(0, 200)}`)
    }
    expect(routes.length).toBeGreaterThan(5)
    expect(ours).toEqual([])
  })
})

it.each(['operator', 'portal'] as const)(
  'a filter that is not known is refused by every route that reads, of the %s API',
  async (api) => {
    // Somebody new, who has asked for nothing in this minute.
    const headers = api === 'operator' ? (await office.person('owner')).headers : headersOf[api]
    const lenient: string[] = []
    for (const { path } of readings.filter((route) => route.api === api)) {
      const url = `${path.replace(':month', '2026-10').replace(':thing', 'review-1').replaceAll(/:\w+/g, '1')}?acount=1`
      const { status, bytes } = await exchange(office.server.url, {
        method: 'GET',
        path: url,
        body: '',
        headers,
      })
      // Files are written so many times a minute: those of one person are more.
      const isFile = /\.(csv|ndjson)\?/.test(url) && status === 429
      if (!isFile && (status !== 400 || !bytes.toString().includes('acount')))
        lenient.push(`${status} ${url}`)
    }
    expect(lenient).toEqual([])
  },
)
