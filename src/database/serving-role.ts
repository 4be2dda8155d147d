import type { Queryable } from './database.ts'

/** RoleFault is one thing that a role lacks for serving, or may do beyond it. */
export interface RoleFault {
  kind: 'missing' | 'excess'
  /** `what` follows on the role's name: "lacks insert on table public.orders". */
  what: string
  /** `statement` mends it. */
  statement: string
  /** `granted`: it is a matter of grants, which the owner of the tables gives and takes. The rest needs an administrator. */
  granted: boolean
}

/** QUEUE_SCHEMA has the tables of the job queue, which are the queue's alone. */
export const QUEUE_SCHEMA = 'graphile_worker'

const EVERYTHING = ['select', 'insert', 'update', 'delete']
const FINAL = ['select', 'insert']
const UNTIL_REMOVED = EVERYTHING
const FIXED = ['select']

/**
 * `exceptions` says of tables what serving does with their rows where that is not to read, add and change them. A table that
 * `refuse_change` guards needs no line: its rows are final.
 */
const exceptions: Readonly<Record<string, readonly string[]>> = {
  announcements: UNTIL_REMOVED,
  answer_rules: UNTIL_REMOVED,
  attempt_exchanges: UNTIL_REMOVED,
  applications: UNTIL_REMOVED,
  schema_migrations: FIXED,
  entry_kinds: FIXED,
  email_changes: UNTIL_REMOVED,
  failed_sign_ins: UNTIL_REMOVED,
  folded_ledgers: UNTIL_REMOVED,
  idempotency_keys: UNTIL_REMOVED,
  inbox_marks: UNTIL_REMOVED,
  kept_settings: UNTIL_REMOVED,
  list_views: UNTIL_REMOVED,
  message_texts: UNTIL_REMOVED,
  notice_channels: UNTIL_REMOVED,
  notice_reads: UNTIL_REMOVED,
  notice_subscriptions: UNTIL_REMOVED,
  noticed_prices: UNTIL_REMOVED,
  notices: UNTIL_REMOVED,
  operator_answers: UNTIL_REMOVED,
  order_event_bodies: UNTIL_REMOVED,
  order_events: UNTIL_REMOVED,
  order_keys: UNTIL_REMOVED,
  passkey_challenges: UNTIL_REMOVED,
  passkeys: UNTIL_REMOVED,
  person_tokens: UNTIL_REMOVED,
  placement_probes: UNTIL_REMOVED,
  plan_rows: UNTIL_REMOVED,
  plans: UNTIL_REMOVED,
  price_rules: UNTIL_REMOVED,
  prices: UNTIL_REMOVED,
  requests: UNTIL_REMOVED,
  sale_quarters: UNTIL_REMOVED,
  sales: UNTIL_REMOVED,
  sign_in_attempts: UNTIL_REMOVED,
  sign_ins: UNTIL_REMOVED,
  staged_services: UNTIL_REMOVED,
  stranger_requests: UNTIL_REMOVED,
  supplier_balances: UNTIL_REMOVED,
  supplier_lists: UNTIL_REMOVED,
  supplier_route_fields: UNTIL_REMOVED,
  supplier_routes: UNTIL_REMOVED,
  throttles: UNTIL_REMOVED,
  unchained_changes: UNTIL_REMOVED,
  unchained_ledgers: UNTIL_REMOVED,
  webhook_deliveries: UNTIL_REMOVED,
}

/** ALL_OF_A_TABLE is every privilege that PostgreSQL 15 knows of a table. */
const ALL_OF_A_TABLE = [...EVERYTHING, 'truncate', 'references', 'trigger']

interface Thing {
  kind: 'schema' | 'table' | 'view' | 'sequence' | 'function'
  schema: string
  name: string
  /** `written` is the name as statements have it. */
  written: string
  isFinal: boolean
  /** `has` is what the role may do with it, and `all` what everybody may. */
  has: string[]
  all: string[]
}

/** `wantedOf` gives the privileges that serving needs. */
function wantedOf({ kind, schema, name, isFinal }: Thing): readonly string[] {
  if (kind === 'schema') return ['usage']
  if (kind === 'function') return ['execute']
  // A restored backup's numbers of orders go on further: see continuity.ts.
  if (kind === 'sequence') return name === 'order_ids' ? ['usage', 'select', 'update'] : ['usage', 'select']
  if (kind === 'view') return ['select']
  if (schema === QUEUE_SCHEMA) return EVERYTHING
  return isFinal ? FINAL : (exceptions[name] ?? ['select', 'insert', 'update'])
}

/**
 * `findRoleFaults` compares what a role may do with what serving needs: it neither owns a table nor can switch a trigger off, change or
 * remove what is final, or run programs. `owner` is the role that migrates; where it is the same one, another has to serve.
 */
export async function findRoleFaults(sql: Queryable, role: string, owner: string): Promise<RoleFault[]> {
  const powers = await findPowers(sql, role, owner)
  // Who is a superuser, or owns the tables, has every privilege.
  const ownsAll = powers.some(({ what }) => what === SUPERUSER || what.startsWith(OWNS))
  return ownsAll ? powers : [...powers, ...(await findPrivileges(sql, role))]
}

/** `roleOf` names the role of a session. */
export async function roleOf(sql: Queryable): Promise<string> {
  const [row] = await sql<{ role: string }[]>`select current_user::text as role`
  if (!row) throw new Error('the database does not say who we are')
  return row.role
}

const SUPERUSER = 'is a superuser'
const OWNS = 'owns '
const NEW_ROLE = "create role imeigate_serving login password '...'"

async function findPowers(sql: Queryable, role: string, owner: string): Promise<RoleFault[]> {
  const [it] = await sql<
    {
      role: string
      owner: string
      superuser: boolean
      createRole: boolean
      members: string[]
      owners: string[]
      owns: string | null
      database: string
      creates: boolean
      replicates: boolean
    }[]
  >`
    with ours as (
      select relnamespace as id from pg_class where relname = 'schema_migrations' and relkind = 'r'
      union select oid from pg_namespace where nspname = ${QUEUE_SCHEMA}::text
    ), owned as (
      select relowner as id, format('%I.%I', nspname, relname) as what
        from pg_class c join pg_namespace n on n.oid = relnamespace where relnamespace in (select id from ours) and relkind in ('r', 'p', 'v', 'S')
      union all select nspowner, format('the schema %I', nspname) from pg_namespace where oid in (select id from ours)
      union all select datdba, format('the database %I', datname) from pg_database where datname = current_database()
    )
    select quote_ident(r.rolname) as role, quote_ident(${owner}::text) as owner,
           r.rolsuper as superuser, r.rolcreaterole as "createRole",
           array(select quote_ident(g.rolname) from pg_roles g where pg_has_role(r.oid, g.oid, 'member')
                  and g.rolname in ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files', 'pg_write_all_data')
                  order by 1) as members,
           array(select distinct quote_ident(o.rolname) from owned join pg_roles o on o.oid = owned.id
                  where o.oid <> r.oid and o.rolname <> 'pg_database_owner' and pg_has_role(r.oid, o.oid, 'member')) as owners,
           (select min(what) from owned where id = r.oid) as owns,
           quote_ident(current_database()) as database,
           has_database_privilege(r.oid, current_database(), 'create') as creates,
           has_parameter_privilege(r.oid, 'session_replication_role', 'set') as replicates
      from pg_roles r where r.rolname = ${role}`
  if (!it) throw new Error(`there is no role ${role}`)
  const { role: name, owner: owning, database } = it
  const isApart = owner !== role
  const excess = (what: string, statement: string): RoleFault => ({
    kind: 'excess',
    what,
    statement,
    granted: false,
  })
  if (it.superuser) return [excess(SUPERUSER, isApart ? `alter role ${name} nosuperuser` : NEW_ROLE)]
  return [
    ...(it.createRole ? [excess('may make roles', `alter role ${name} nocreaterole`)] : []),
    ...it.members.map((group) => excess(`belongs to ${group}`, `revoke ${group} from ${name}`)),
    ...it.owners.map((group) => excess(`belongs to ${group}, the owner`, `revoke ${group} from ${name}`)),
    ...(it.owns === null
      ? []
      : [excess(`${OWNS}${it.owns}`, isApart ? `reassign owned by ${name} to ${owning}` : NEW_ROLE)]),
    ...(it.creates && it.owns === null
      ? [excess('may make schemas', `revoke create on database ${database} from ${name}`)]
      : []),
    ...(it.replicates
      ? [excess('may switch triggers off', `revoke set on parameter session_replication_role from ${name}`)]
      : []),
  ]
}

async function findPrivileges(sql: Queryable, role: string): Promise<RoleFault[]> {
  const things = await selectThings(sql, role)
  const [quoted] = await sql<{ name: string }[]>`select quote_ident(${role}::text) as name`
  const to = quoted?.name ?? role
  return things.flatMap((thing) => {
    const wanted = wantedOf(thing)
    const missing = wanted.filter((privilege) => !thing.has.includes(privilege))
    const excess = thing.has.filter((privilege) => !wanted.includes(privilege))
    const on = `on ${thing.kind === 'view' ? 'table' : thing.kind} ${thing.written}`
    const from = excess.some((privilege) => thing.all.includes(privilege)) ? `${to}, public` : to
    const fault = (kind: RoleFault['kind'], privileges: readonly string[], statement: string): RoleFault => ({
      kind,
      what: `${kind === 'missing' ? 'lacks' : 'has'} ${privileges.join(', ')} ${on}`,
      statement,
      granted: true,
    })
    return [
      ...(missing.length > 0
        ? [fault('missing', missing, `grant ${missing.join(', ')} ${on} to ${to}`)]
        : []),
      ...(excess.length > 0
        ? [fault('excess', excess, `revoke ${excess.join(', ')} ${on} from ${from}`)]
        : []),
    ]
  })
}

/** `selectThings` gives everything of imeigate's schema and the queue's that privileges can be given on, and those that the role has. */
async function selectThings(sql: Queryable, role: string): Promise<Thing[]> {
  return await sql<Thing[]>`
    with ours as (
      select n.oid as id, nspname as schema from pg_namespace n
       where nspname = ${QUEUE_SCHEMA}::text
          or exists (select from pg_class where relnamespace = n.oid and relname = 'schema_migrations' and relkind = 'r')
    ), relations as (
      select c.oid as id, schema, relname as name, format('%I.%I', schema, relname) as written,
             case relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end as kind,
             exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
                      where t.tgrelid = c.oid and p.proname = 'refuse_change') as "isFinal"
        from pg_class c join ours on ours.id = relnamespace
       where relkind in ('r', 'p', 'v', 'S')
    )
    select kind, schema, name, written, "isFinal",
           array(select p from unnest(${ALL_OF_A_TABLE}::text[]) p where has_table_privilege(${role}, id, p)) as has,
           array(select p from unnest(${ALL_OF_A_TABLE}::text[]) p where has_table_privilege('public', id, p)) as all
      from relations where kind <> 'sequence'
    union all
    select kind, schema, name, written, false,
           array(select p from unnest('{usage,select,update}'::text[]) p where has_sequence_privilege(${role}, id, p)), '{}'
      from relations where kind = 'sequence'
    union all
    select 'schema', schema, schema, quote_ident(schema), false,
           array(select p from unnest('{usage,create}'::text[]) p where has_schema_privilege(${role}, id, p)),
           array(select p from unnest('{usage,create}'::text[]) p where has_schema_privilege('public', id, p))
      from ours
    union all
    select 'function', schema, proname, p.oid::regprocedure::text, false,
           case when has_function_privilege(${role}, p.oid, 'execute') then '{execute}'::text[] else '{}' end, '{}'
      from pg_proc p join ours on ours.id = pronamespace where prokind = 'f'
     order by 1, 2, 3`
}

/** `grantServing` has the owner of the tables give a role what serving needs, and take what is more. Gives the statements that it ran. */
export async function grantServing(sql: Queryable, role: string): Promise<string[]> {
  const statements = (await findRoleFaults(sql, role, await roleOf(sql)))
    .filter(({ granted }) => granted)
    .map(({ statement }) => statement)
  if (statements.length > 0) await sql.unsafe(statements.join(';\n'))
  return statements
}
