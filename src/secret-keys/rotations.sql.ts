import type { Queryable, Transaction } from '../database/database.ts'

/** Rotation is one replacement of the secret key; keys are named by their marks. */
export interface Rotation {
  id: number
  fromKey: string
  toKey: string
  startedAt: Date
  /** `endedAt`, null: it is under way, or was cut off. */
  endedAt: Date | null
  formerSigner: string
  lastLinkId: number
  attestation: string
}

/** Sealed is the secrets of one row as they are kept, and the mark of the key that they were sealed with. */
export interface Sealed {
  owner: string
  id: number
  secrets: Buffer
  key: string
}

/** `selectRotations` gives them in their order. */
export async function selectRotations(sql: Queryable): Promise<Rotation[]> {
  return await sql<Rotation[]>`
    select id, from_key, to_key, started_at, ended_at, former_signer, last_link_id, attestation
      from secret_key_rotations order by id`.records()
}

/** `lockSealed` waits for those who are writing secrets, and lets nobody else do so before the transaction ends. */
export async function lockSealed(sql: Transaction): Promise<void> {
  await sql`lock table suppliers, deposit_providers, notice_channels, webhooks, staff, account_people in share row exclusive mode`
}

export async function insertRotation(
  sql: Transaction,
  rotation: Omit<Rotation, 'id' | 'endedAt'>,
): Promise<void> {
  const { fromKey, toKey, startedAt, formerSigner, lastLinkId, attestation } = rotation
  await sql`
    insert into secret_key_rotations (from_key, to_key, started_at, former_signer, last_link_id, attestation)
    values (${fromKey}, ${toKey}, ${startedAt}, ${formerSigner}, ${lastLinkId}, ${attestation})`
}

export async function updateEnded(sql: Queryable, fromKey: string, now: Date): Promise<void> {
  await sql`update secret_key_rotations set ended_at = ${now} where from_key = ${fromKey} and ended_at is null`
}

/** `countSealed` counts what is sealed, by owner and key. */
export async function countSealed(sql: Queryable): Promise<{ owner: string; key: string; count: number }[]> {
  return await sql<{ owner: string; key: string; count: number }[]>`
    select owner, key, count(*)::int as count from sealed_secrets group by owner, key order by owner, key`
}

/** `selectSealed` gives what other keys than `key` have sealed, behind a row in the order of owners and ids. */
export async function selectSealed(
  sql: Queryable,
  { key, after, limit }: { key: string; after: { owner: string; id: number }; limit: number },
): Promise<Sealed[]> {
  return await sql<Sealed[]>`
    select owner, id, secrets, key from sealed_secrets
     where key <> ${key} and (owner, id) > (${after.owner}, ${after.id}::int)
     order by owner, id limit ${limit}`
}

/** `updateSealed` writes secrets where they are still what they were, and gives how many rows that were. */
export async function updateSealed(
  sql: Queryable,
  rows: readonly { owner: string; id: number; was: Buffer; secrets: Buffer }[],
): Promise<number> {
  const texts = (bytes: Buffer[]): string[] => bytes.map((one) => one.toString('hex'))
  const [written] = await sql<{ count: number }[]>`
    with resealed as materialized (
      select owner, id, decode(was, 'hex') as was, decode(secrets, 'hex') as secrets
        from unnest(${rows.map(({ owner }) => owner)}::text[], ${rows.map(({ id }) => id)}::int[],
                    ${texts(rows.map(({ was }) => was))}::text[], ${texts(rows.map(({ secrets }) => secrets))}::text[])
               as r (owner, id, was, secrets)
    ), supplier as (
      update suppliers t set secrets = r.secrets from resealed r
       where r.owner = 'supplier' and t.id = r.id and t.secrets = r.was returning 1
    ), provider as (
      update deposit_providers t set secrets = r.secrets from resealed r
       where r.owner = 'deposit provider' and t.id = r.id and t.secrets = r.was returning 1
    ), channel as (
      update notice_channels t set secrets = r.secrets from resealed r
       where r.owner = 'notice channel' and t.id = r.id and t.secrets = r.was returning 1
    ), webhook as (
      update webhooks t set secrets = r.secrets from resealed r
       where r.owner = 'webhook' and t.id = r.id and t.secrets = r.was returning 1
    ), member as (
      update staff t set secrets = r.secrets from resealed r
       where r.owner = 'staff member' and t.id = r.id and t.secrets = r.was returning 1
    ), person as (
      update account_people t set secrets = r.secrets from resealed r
       where r.owner = 'person' and t.id = r.id and t.secrets = r.was returning 1
    )
    select ((select count(*) from supplier) + (select count(*) from provider)
            + (select count(*) from channel) + (select count(*) from webhook) + (select count(*) from member) + (select count(*) from person))::int as count`
  return written?.count ?? 0
}
