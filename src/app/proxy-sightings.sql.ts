import type { Queryable } from '../database/database.ts'

interface Row<Sighting extends string = string> {
  sighting: Sighting
  peer: string
  seenAt: Date
}

export async function upsertSighting(sql: Queryable, { sighting, peer, seenAt }: Row): Promise<void> {
  await sql`
    insert into proxy_sightings (sighting, peer, seen_at) values (${sighting}, ${peer}, ${seenAt})
    on conflict (sighting) do update set peer = excluded.peer, seen_at = excluded.seen_at`
}

export async function selectSightings(sql: Queryable, since: Date): Promise<Row<'unbelieved' | 'beside'>[]> {
  return await sql<Row<'unbelieved' | 'beside'>[]>`
    select sighting, peer, seen_at from proxy_sightings where seen_at >= ${since} order by sighting`.records()
}
