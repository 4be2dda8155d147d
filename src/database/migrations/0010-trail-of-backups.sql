-- Who had a backup made by the operator API stands in the trail, as other changes do.
create trigger backups_trail after insert or update on backups
  for each row when (acting_by() is not null) execute function record_change('id', '', '');
