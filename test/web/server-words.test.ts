import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ask, OperatorOffice } from '../protocols/operator/office.fixtures.ts'
import { closeBrowserAfterwards, describePages, Visit } from './browser.fixtures.ts'

closeBrowserAfterwards()

describePages('what the server says in English, read by somebody who reads Spanish', () => {
  let office: OperatorOffice
  let visit: Visit
  let headers: Record<string, string>
  beforeAll(async () => {
    office = await OperatorOffice.open()
    const { sql } = office.server
    await sql`
      insert into suppliers (kind, name, url, currency)
      select 'dhru', name, 'https://x.example', 'USD' from unnest(array['Cut Off', 'In Words']) as name`
    await sql`
      insert into supplier_health (supplier_id, open, why, reason, opened_at, probe_at)
      select id, true, 'transport', case name when 'Cut Off' then 'cannot reach x.example (ECONNREFUSED)' else 'Under maintenance until 5' end,
             now(), now() + interval '1 day'
        from suppliers where kind = 'dhru'
      on conflict (supplier_id) do update
         set open = true, why = excluded.why, reason = excluded.reason, opened_at = now(), probe_at = excluded.probe_at`
    await sql`
      insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
      values ('check', 'Check', 'Checks', 'imei', '{}', 'replay')`
    const person = await office.person('owner')
    ;({ headers } = person)
    await sql`update staff set language = 'es' where id = ${person.id}`
    visit = await Visit.entered(office.server.url, headers)
  })
  afterAll(async () => {
    await visit.leave()
    await office.stop()
  })

  test('a call that came to nothing is in Spanish, and words of a supplier are as they are', async () => {
    const { page } = visit
    await page.goto('/console/suppliers')
    await page.getByText('No se puede contactar con x.example (ECONNREFUSED).').waitFor()
    await page.getByText('Under maintenance until 5').waitFor()
    expect(await page.getByText('cannot reach').count()).toBe(0)
    await visit.shot('paused suppliers in Spanish')
  })

  test('why a row of a plan is left as it is', async () => {
    const { json } = await ask(office.server, 'POST', '/plans', {
      body: { kind: 'services.route', input: { services: ['check', 'nothing'], supplier: 'Cut Off' } },
      headers: { ...headers, 'idempotency-key': randomUUID() },
    })
    const { page } = visit
    await page.goto(`/console/plans/${json.data.id}`)
    await page.getByText('La lista no tiene ninguno con este nombre.').waitFor()
    await page.getByText('No hay ningún servicio así que esté activo.').waitFor()
    await visit.shot('plan in Spanish')
  })

  test('what the doctor finds, and what to do', async () => {
    const { page } = visit
    await page.goto('/console/settings/health')
    await page.getByText('TRUST_PROXY corresponde a lo que han visto los servidores.').waitFor()
    await page.getByText('Elementos que no han terminado, por estado').waitFor()
    expect(await page.getByText('fits what servers').count()).toBe(0)
    await visit.shot('health in Spanish')
  })
})
