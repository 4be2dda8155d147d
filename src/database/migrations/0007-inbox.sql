-- The inbox: what waits for people, see src/inbox.

-- Who works on something, and until when somebody has put it off. Both are over by themselves, so that nothing is lost.
create table inbox_marks (
  -- review-12, deposit-1001, manual-3-17 (supplier and service), list-3 (supplier), application-4.
  thing text primary key,
  taken_by text,
  taken_until timestamptz,
  later_by text,
  later_until timestamptz,
  check ((taken_by is null) = (taken_until is null)),
  check ((later_by is null) = (later_until is null))
);

-- The oldest first.
create index reviews_waiting_since on reviews (opened_at, id) where resolved_at is null;
create index applications_waiting_since on applications (verified_at, id) where verified_at is not null and decided_at is null;
create index deposits_waiting_since on deposits (created_at, id) where state = 'review';

-- What was sent to a supplier and received from it: where nobody can say what became of an item, and of every attempt where the supplier says so.
-- The evidence of people who decide. Without secrets, kept for some days.
create table attempt_exchanges (
  id bigint generated always as identity primary key,
  account_id integer not null,
  order_id bigint not null,
  position smallint not null,
  -- The number of the attempt.
  number smallint not null,
  at timestamptz not null,
  call text not null check (call in ('send', 'ask')),
  method text not null,
  url text not null,
  request text not null,
  -- null: there was no answer.
  status integer,
  answer text,
  -- Why there was no whole answer.
  error text,
  milliseconds integer not null
);
create index attempt_exchanges_of_item on attempt_exchanges (account_id, order_id, position, number, id);
create index attempt_exchanges_age on attempt_exchanges (at);

-- What people have taught of refusals in words that no list knows, of one supplier or of all of a kind. Decisions that were kept are such rules.
create table answer_rules (
  id integer generated always as identity primary key,
  supplier_id integer references suppliers,
  supplier_kind text,
  -- All the words without numbers; or a phrase that is looked for in them, see src/integrations/suppliers/book/phrases.ts.
  words text not null check (words <> ''),
  is_phrase boolean not null,
  -- refused: the item cannot be done. credit, login, busy: the supplier's own trouble. duplicate: it has such an order already. working, done: it
  -- has taken it, or done it, and its words are the result.
  meaning text not null check (meaning in ('refused', 'credit', 'login', 'busy', 'duplicate', 'working', 'done')),
  taught_by text not null,
  why text not null,
  taught_at timestamptz not null,
  check ((supplier_id is null) <> (supplier_kind is null))
);
create unique index answer_rules_once on answer_rules (coalesce(supplier_id, 0), coalesce(supplier_kind, ''), is_phrase, words);
create trigger answer_rules_trail after insert or update or delete on answer_rules
  for each row execute function record_change('id', '', '');

insert into answer_rules (supplier_id, words, is_phrase, meaning, taught_by, why, taught_at)
  select supplier_id, text, false, case decision when 'give_back' then 'refused' else 'busy' end, decided_by, why, decided_at
    from unrecognised_answers where decision is not null;
drop trigger unrecognised_answers_made on unrecognised_answers;
drop trigger unrecognised_answers_kept on unrecognised_answers;
drop trigger unrecognised_answers_forgotten on unrecognised_answers;
alter table unrecognised_answers
  drop column decision, drop column decided_by, drop column why, drop column decided_at,
  -- How often such words were said, and some of what was said: the newest.
  add column heard bigint not null default 1,
  add column samples text[] not null default '{}';
create index unrecognised_answers_heard on unrecognised_answers (heard_at);

-- Words with which results begin that people paste, and that are refusals: remembered of each supplier by whom people answer.
create table refusing_words (
  supplier_id integer primary key references suppliers,
  words text[] not null
);
