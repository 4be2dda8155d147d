-- Settings that somebody of the staff has made, where the environment does not make them: see src/kept-settings. A setting that has no row is as by default.
create table kept_settings (
  name text primary key,
  value text not null check (value <> '')
);
create trigger kept_settings_trail after insert or update or delete on kept_settings
  for each row execute function record_change('name', '', '', 'name');
create trigger kept_settings_changed after insert or update or delete on kept_settings
  for each statement execute function notify_change('kept_settings');
