import type { Sql } from '../../src/database/database.ts'

/** `numberEntries` lets a test insert ledger entries without an id: each gets its account's next number. */
export async function numberEntries(sql: Sql): Promise<void> {
  await sql.unsafe(`
    create function number_entry() returns trigger language plpgsql as $$
    begin
      if new.id is null then
        update wallets set last_entry = last_entry + 1 where account_id = new.account_id returning last_entry into new.id;
        new.id := coalesce(new.id, 1);
      end if;
      return new;
    end $$;
    create trigger ledger_entries_numbered before insert on ledger_entries
      for each row execute function number_entry()`)
}
