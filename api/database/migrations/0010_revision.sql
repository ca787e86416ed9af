-- One value for each table that public answers are made of, new with every change: an ETag that costs one small row.
-- Random rather than counted, so that a restored database never repeats one for other content.
create table revision (
  resource text primary key,
  value uuid not null default gen_random_uuid()
);

create or replace function touch_revision() returns trigger language plpgsql as $$
begin
  insert into revision (resource) values (tg_table_name)
    on conflict (resource) do update set value = gen_random_uuid();
  return null;
end $$;

create or replace function touch_updated_at() returns trigger language plpgsql as $$
begin
  new.updated_at = now();
  return new;
end $$;
