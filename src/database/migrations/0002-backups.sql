-- Backups that `imeigate backup` and the schedule made: see src/backup.
create table backups (
  id integer generated always as identity primary key,
  -- The moment that it holds is at or after this one.
  started_at timestamptz not null,
  -- Where the file is: the name of the machine, and the path on it.
  host text not null,
  file text not null,
  scheduled boolean not null,
  encrypted boolean not null,
  -- When the file had been written and read back whole; null: it is being written, has failed, or was cut off.
  ended_at timestamptz,
  bytes bigint,
  row_count bigint,
  -- Why it failed.
  problem text,
  -- When its file was removed, because newer ones are there.
  removed_at timestamptz,
  check (ended_at is null or (bytes is not null and row_count is not null and problem is null))
);
create index backups_started on backups (started_at);

-- True: it was open in a backup that was restored, and a supplier may have got it since. It is sent to none before a person has said so.
alter table items add column restored boolean not null default false;

-- How much room the database took on each day, in UTC: what it grows by.
create table database_sizes (
  day date primary key,
  bytes bigint not null,
  -- When it was looked at last on that day.
  measured_at timestamptz not null
);
