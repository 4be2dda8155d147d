-- What resellers and their customers see of the shop: one row, once anything is set. See src/brand.
create table brand (
  id boolean primary key default true check (id),
  -- Empty: the name of the seller.
  name text not null default '',
  -- As #rrggbb; empty: the colour of the program.
  accent text not null default '' check (accent ~ '^(#[0-9a-f]{6})?$'),
  website text not null default '',
  email text not null default '',
  -- The user name, without @.
  telegram text not null default '',
  -- The number with its country, digits only.
  whatsapp text not null default '',
  says_program boolean not null default true,
  logo bytea check (length(logo) between 1 and 131072),
  logo_type text check (logo_type in ('image/png', 'image/svg+xml')),
  -- Names the logo in its URL.
  logo_hash text,
  check (num_nulls(logo, logo_type, logo_hash) in (0, 3))
);
create trigger brand_trail after insert or update or delete on brand
  for each row execute function record_change('id', '', 'logo');
create trigger brand_changed after insert or update or delete on brand
  for each statement execute function notify_change('brand');
create trigger seller_changed after insert or update or delete on seller
  for each statement execute function notify_change('brand');
