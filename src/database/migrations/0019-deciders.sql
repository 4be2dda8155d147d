-- Who decided what waited for a person, by the name of the trail: null where that was not kept yet, or nobody did.
alter table applications add column decided_by text;
update applications a set decided_by = t.actor
  from trail t
 where t.what = 'applications' and t.subject = a.id::text and jsonb_typeof(t.after -> 'decided_at') = 'string' and a.decided_at is not null;

-- Of an attempt at a supplier whose work people do by hand: who answered it.
alter table attempts add column answered_by text;
