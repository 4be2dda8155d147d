import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { permissions } from '../../../src/accounts/permissions.ts'
import type { RestDeps } from '../../../src/protocols/rest/deps.ts'
import { routesOf } from '../../../src/protocols/rest/routes.ts'
import { RestClient } from '../../support/rest.ts'
import { type TestServer, testServer } from '../../support/server.ts'

const routes = routesOf({} as RestDeps)

let server: TestServer
beforeAll(async () => {
  server = await testServer()
})
afterAll(() => server.stop())

test('the document is OpenAPI 3.1', async () => {
  const document = await new RestClient(server).document()
  expect(document.openapi).toMatch(/^3\.1\./)
  expect(await new Validator().validate(document)).toMatchObject({ valid: true })
})

test('it has every route with its permission, and nothing else', async () => {
  const { paths } = await new RestClient(server).document()
  const described = Object.entries<Record<string, { description: string; operationId: string }>>(
    paths,
  ).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { description, operationId }]) => {
      const [, permission] = /Needs the permission `([\w.]+)`/.exec(description) ?? []
      return `${method.toUpperCase()} ${path} ${operationId} ${permission}`
    }),
  )
  const wanted = routes.map(({ method, path, name, permission }) => {
    return `${method} ${path.replace(/:(\w+)/g, '{$1}')} ${name} ${permission}`
  })
  expect(described.sort()).toEqual(wanted.sort())
  expect(new Set(routes.map(({ name }) => name)).size).toBe(routes.length)
})

test('every permission of the table is asked for by some route', () => {
  expect([...new Set(routes.map(({ permission }) => permission))].sort()).toEqual(
    Object.keys(permissions).sort(),
  )
})

test('people read it at /docs, of which everything comes from this server', async () => {
  const page = await fetch(`${server.url}/docs/`)
  const html = await page.text()
  const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => `${part}`)
  expect(parts.length).toBeGreaterThan(4)
  for (const part of parts) {
    const url = new URL(part, page.url)
    expect(url.origin, part).toBe(new URL(server.url).origin)
    expect((await fetch(url)).status, part).toBe(200)
  }
  expect(page.headers.get('content-security-policy')).not.toMatch(/https?:/)
})
