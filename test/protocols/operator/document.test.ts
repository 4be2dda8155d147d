import { readFileSync } from 'node:fs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import type { OperatorDeps } from '../../../src/protocols/operator/deps.ts'
import { routesOf } from '../../../src/protocols/operator/routes.ts'
import { needsProof, type StaffPermission, staffPermissions } from '../../../src/staff/roles.ts'
import { exchange } from '../../support/dhru.ts'
import { testServer } from '../../support/server.ts'

const routes = routesOf({} as OperatorDeps)

test('the document is valid, has every route with who may call it, and nothing of the REST API', async () => {
  const server = await testServer()
  try {
    const read = async (path: string) => {
      const reply = await exchange(server.url, { method: 'GET', path })
      expect(reply.headers['content-type']).toBe('application/json; charset=utf-8')
      return JSON.parse(reply.bytes.toString())
    }
    const document = await read('/openapi-operator.json')
    expect(await new Validator().validate(document)).toMatchObject({ valid: true })
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, { description: string }>).map(
        ([method, { description }]) => [`${method.toUpperCase()} ${path}`, description] as const,
      ),
    )
    expect(operations.map(([name]) => name).sort()).toEqual(
      routes.map(({ method, path }) => `${method} /api/operator${path.replace(/:(\w+)/g, '{$1}')}`).sort(),
    )
    for (const { method, path, access } of routes) {
      const name = `${method} /api/operator${path.replace(/:(\w+)/g, '{$1}')}`
      const [, description] = operations.find(([one]) => one === name) ?? []
      if (Object.hasOwn(staffPermissions, access)) expect(description).toContain(`\`${access}\``)
    }
    const rest = await read('/openapi.json')
    expect(Object.keys(rest.paths).filter((path) => path.startsWith('/api/operator'))).toEqual([])
    // Either has the codes that it may say, and none of another API.
    const codes = (of: typeof rest, name: string) => of.components.schemas[name].properties.code.enum
    for (const code of ['SESSION_EXPIRED_ERROR', 'STEP_UP_REQUIRED_ERROR', 'CSRF_ERROR']) {
      expect(codes(document, 'OperatorError')).toContain(code)
      expect(codes(rest, 'Error')).not.toContain(code)
    }
    for (const code of ['ACTION_MISSING_ERROR', 'INVALID_SIGNATURE_ERROR', 'TOO_MANY_ROWS_ERROR']) {
      expect([...codes(document, 'OperatorError'), ...codes(rest, 'Error')]).not.toContain(code)
    }
    expect(codes(rest, 'Error')).toContain('DUPLICATE_ORDER_ERROR')
  } finally {
    await server.stop()
  }
})

test('docs/operator-api.md has every route', () => {
  const page = readFileSync(new URL('../../../docs/operator-api.md', import.meta.url), 'utf8')
  const named = [...page.matchAll(/^\| `((?:GET|POST|PATCH|DELETE) \/[^`]*)` \|/gm)].map(([, name]) => name)
  expect(named.toSorted()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).toSorted())
})

test('docs/operator-api.md says which routes ask a person for proof, and no others', () => {
  const page = readFileSync(new URL('../../../docs/operator-api.md', import.meta.url), 'utf8')
  const rows = page.matchAll(/^\| `((?:GET|POST|PATCH|DELETE) \/[^`]*)` \|.* \| ([^|]*) \|$/gm)
  const said = [...rows].flatMap(([, name, needs]) => (/^[^;]*, proof/.test(needs ?? '') ? [name] : []))
  const asked = routes.filter(
    ({ method, access }) =>
      access === 'proved person' ||
      (method !== 'GET' && access in staffPermissions && needsProof(access as StaffPermission)),
  )
  expect(said.toSorted()).toEqual(asked.map(({ method, path }) => `${method} ${path}`).toSorted())
})
