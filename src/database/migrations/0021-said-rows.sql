-- What a row of a plan warns of, and the reason of its outcome, have a code and values beside their text, by which pages say them in the reader's
-- language: {message, keyword, params}. What was kept before has its text alone.
alter table plan_rows
  alter column warnings type jsonb using to_jsonb(warnings),
  alter column reason type jsonb using case when reason is not null then jsonb_build_object('message', reason) end;
update plan_rows
   set warnings = (select jsonb_agg(jsonb_build_object('message', text)) from jsonb_array_elements_text(warnings) text)
 where warnings <> '[]';
