import type { Queryable } from '../database/database.ts'

/** FirstRow says what of a new shop is there. */
export interface FirstRow {
  owner: boolean
  business: boolean
  supplier: boolean
  services: boolean
  reseller: boolean
  order: boolean
  /** `username` is that of the first reseller. */
  username: string | null
  /** `currency` is that of the first price, or of the first reseller. */
  currency: string | null
  hasServices: boolean
}

export async function selectFirst(sql: Queryable): Promise<FirstRow> {
  const [row] = await sql<FirstRow[]>`
    select exists (select from staff where role = 'owner' and password is not null) as owner,
           exists (select from seller) as business,
           exists (select from suppliers s
                    where s.enabled and (s.kind <> 'sandbox' or exists (select from supplier_routes r where r.supplier_id = s.id))) as supplier,
           exists (select from services v
                    where v.active and v.unrouted_since is null and exists (select from prices p where p.service_id = v.id)) as services,
           exists (select from accounts) as reseller,
           exists (select from orders where state in ('success', 'partial')) as "order",
           (select username from accounts order by id limit 1) as username,
           coalesce((select currency from prices order by id limit 1), (select currency from accounts order by id limit 1)) as currency,
           exists (select from services) as has_services`.records()
  if (!row) throw new Error('the database does not say what is there')
  return row
}

/** `selectSandbox` gives the name of the sandbox that every database begins with, or of another one that is in use. */
export async function selectSandbox(sql: Queryable): Promise<string | undefined> {
  const [row] = await sql<{ name: string }[]>`
    select name from suppliers where kind = 'sandbox' and enabled order by id limit 1`.records()
  return row?.name
}
