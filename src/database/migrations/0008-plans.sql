-- Plans: changes of many things that are looked at row by row before they are made: see src/plans.

create table plans (
  id integer generated always as identity primary key,
  -- Which kind of src/plans/kinds.
  kind text not null,
  -- What was asked for, as the kind reads it.
  input jsonb not null,
  -- ready: it may be applied until ends_at. applying: its rows are gone through one by one. applied: that is over. discarded: it never will be.
  state text not null default 'ready' check (state in ('ready', 'applying', 'applied', 'discarded')),
  actor text not null,
  created_at timestamptz not null,
  ends_at timestamptz not null,
  -- What the kind says of all rows together.
  summary jsonb not null,
  row_count integer not null check (row_count >= 0),
  -- What must be said, and allowed, beside the rest when it is applied.
  needs text[] not null,
  -- Of a plan that is applied: by whom, and how they came in, as imeigate.by has it.
  applied_by text,
  came_by text,
  why text,
  applied_at timestamptz,
  finished_at timestamptz,
  -- Its last change, also by the progress of its rows.
  changed_at timestamptz not null,
  check ((applied_by is null) = (applied_at is null)),
  check ((state in ('applying', 'applied')) = (applied_at is not null)),
  check ((state = 'applied') = (finished_at is not null))
);
create index plans_changed on plans (changed_at);
create index plans_of_kind on plans (kind, id);
create index plans_applying on plans (id) where state = 'applying';
-- Who applies a plan, and who discards one; that it was made and goes on says its row.
create trigger plans_trail after update of state on plans
  for each row when (new.applied_by is distinct from old.applied_by or new.state = 'discarded')
  execute function record_change('id', '', 'input summary row_count needs came_by ends_at created_at changed_at finished_at');

-- One thing that a plan changes.
create table plan_rows (
  plan_id integer not null references plans on delete cascade,
  -- From 1 on, in the order in which it is shown and applied.
  position integer not null check (position >= 1),
  -- Names the thing: of one plan each row has another one.
  key text not null,
  -- What the row is about, as it is shown.
  subject jsonb not null,
  before jsonb,
  after jsonb,
  -- What it means in money; null: nothing.
  money jsonb,
  verdict text not null,
  warnings text[] not null,
  -- What its kind needs to apply it, and shows nobody.
  own jsonb,
  -- What became of it; null: nothing yet.
  outcome text check (outcome in ('done', 'skipped', 'failed')),
  reason text,
  primary key (plan_id, position),
  unique (plan_id, key)
);
create index plan_rows_of_verdict on plan_rows (plan_id, verdict, position);
create index plan_rows_of_outcome on plan_rows (plan_id, outcome, position);
