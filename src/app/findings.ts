import { type ValuesIn, worded } from '../lib/worded.ts'

/**
 * `findings` are what the doctor says of what was looked at, and what to do. The page of health finds which one a text is, and says it in the reader's
 * language (web/src/console/routes/settings/check-words.ts). What PostgreSQL or the system says, and commands, are in none of them.
 */
export const findings = {
  install_node: 'install Node.js {version} or newer',
  as_root:
    'run it as a user of its own that owns the data folder, so that a fault in it is no fault of the whole machine (docs/operating.md, As a service)',
  not_writable: '{folder} cannot be written',
  set_data: 'set IMEIGATE_DATA to a folder of your own',
  free: '{size} GB free',
  make_room_now: 'make room: PostgreSQL stops when the disk is full',
  make_room: 'make room soon',
  use_postgres: 'use PostgreSQL 15 or newer',
  no_changes: 'PostgreSQL {version} takes no changes',
  promote:
    'promote it if it is a standby; else reset default_transaction_read_only of the server, database and role',
  unreleased: 'made before the first release of imeigate',
  make_database: 'make a new database',
  schema_newer: '{schema}, this imeigate knows {newest}',
  use_newer: 'use a newer imeigate',
  schema_older: '{schema}, the newest is {newest}',
  migrate: 'run imeigate migrate, or start the server',
  switch_on: 'switch it on in PostgreSQL: orders and money would be lost in a crash',
  skew: "{skew} ms from the database's",
  synchronise: 'synchronise both machines (NTP)',
  enough: 'enough for {count} {processes}: max_connections is {most}, of which {kept} are for others',
  enough_of_role: 'enough for {count} {processes}: the role {of} may have {most}',
  enough_of_database: 'enough for {count} {processes}: the database {of} takes {most}',
  too_few:
    'max_connections is {most}, of which {kept} are for others; {count} {processes} of {each} and a command of {own} need up to {need}',
  too_few_of_role:
    'the role {of} may have {most}; {count} {processes} of {each} and a command of {own} need up to {need}',
  too_few_of_database:
    'the database {of} takes {most}; {count} {processes} of {each} and a command of {own} need up to {need}',
  more_connections:
    'set max_connections to {need} or more in PostgreSQL and restart it; or run fewer processes',
  more_of_role: 'alter role {of} connection limit {need}; or run fewer processes',
  more_of_database: 'alter database {of} connection limit {need}; or run fewer processes',
  may_serve: '{role} may serve, and nothing more',
  none_paused: 'none is paused',
  paused: '{supplier} is paused ({why}: {reason})',
  nothing_waits: 'nothing waits for a person',
  use_key: 'use the key of the servers: IMEIGATE_SECRET_KEY, or secret.key in IMEIGATE_DATA',
  rotating: 'a rotation was begun and has not ended',
  nothing_sealed: 'nothing is sealed yet',
  opens: 'opens all that is sealed ({count})',
  no_list_waits: 'none waits for a person',
  proxies_fit: 'TRUST_PROXY fits what servers have seen',
  no_public_url: 'PUBLIC_URL is not set: there are no passkeys',
  no_tls: '{url} has no TLS: people cannot sign in over it',
  put_proxy: 'put a reverse proxy with TLS before it, see docs/operating.md, Behind a reverse proxy',
  no_proxy: '{url}, and TRUST_PROXY names no proxy: people cannot sign in through it',
  each_routed: 'each has a working route',
  unrouted: '{count} without a working route: {services}',
  none_waits: 'none waits',
  strays: '{count} fit no deposit: {amounts}, the oldest of {time}',
  none_below: 'none is below its cost',
  below: '{count} below the cost: {prices}',
  none_fails: 'none fails',
  webhook_fails: '{id} of {username} fails since {time}',
  webhook_is: '{id} of {username} is {status}',
  and_more: 'and more',
  last_backup: 'the last one is of {time}',
  no_backup: 'imeigate has made none',
  backup_failed: 'the newest one failed ({why})',
  free_in: '{size} GB free in {folder}',
  make_room_for_next: 'make room for the next one',
  see: 'see {page}',
} as const

/** `found` gives the text of one. */
export const found = <F extends keyof typeof findings>(
  name: F,
  values: ValuesIn<(typeof findings)[F]>,
): string => worded(findings[name], values)
