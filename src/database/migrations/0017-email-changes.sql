-- E-mail addresses that people want to sign in with, until they show by a mailed link that the address is theirs.
create table email_changes (
  id integer generated always as identity primary key,
  staff_id integer unique references staff,
  person_id integer unique references account_people,
  email text not null,
  -- SHA-256 of the token that was mailed; null: none was yet.
  token_hash bytea unique check (length(token_hash) = 32),
  ends_at timestamptz not null,
  check (num_nonnulls(staff_id, person_id) = 1)
);
create index email_changes_age on email_changes (ends_at);

-- Whoever asked for it may have been somebody else: it ends with the password, and with whoever is kept out.
create function end_email_change() returns trigger language plpgsql as $$
begin
  if tg_table_name = 'staff' then
    delete from email_changes where staff_id = new.id;
  else
    delete from email_changes where person_id = new.id;
  end if;
  return null;
end $$;
create trigger staff_email_change after update of password, suspended_at on staff
  for each row when (old.password is distinct from new.password or new.suspended_at is not null)
  execute function end_email_change();
create trigger account_people_email_change after update of password, suspended_at on account_people
  for each row when (old.password is distinct from new.password or new.suspended_at is not null)
  execute function end_email_change();
