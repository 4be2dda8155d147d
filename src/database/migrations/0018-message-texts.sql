-- Texts of messages to resellers that the staff has written in place of those of the program. In them {name} stands for a value.
create table message_texts (
  name text not null,
  language text not null check (language in ('en', 'id', 'es')),
  title text not null check (title <> ''),
  text text not null,
  primary key (name, language)
);
create trigger message_texts_trail after insert or update or delete on message_texts
  for each row execute function record_change('name language', '', '');
