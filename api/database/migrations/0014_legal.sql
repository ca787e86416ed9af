create table legal_document (
  id integer generated always as identity primary key,
  document_type text not null check (document_type in ('terms', 'privacy', 'cookies', 'acceptable_use')),
  title text not null check (length(title) between 1 and 200),
  content text not null check (content <> ''),
  version text not null check (length(version) between 1 and 20),
  effective_date timestamptz not null default now(),
  is_active boolean not null default false,
  created_by integer references account (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (document_type, version)
);

comment on column legal_document.content is 'HTML, sanitised when it was stored.';

create unique index legal_document_one_active on legal_document (document_type) where is_active;
create index legal_document_author on legal_document (created_by);

-- What was agreed to stays as it was: only whether it is still in force can change.
create or replace function keep_agreed_text() returns trigger language plpgsql as $$
begin
  if (old.is_active or exists (select from terms_acceptance where legal_document = old.id)) and (old.document_type, old.title, old.content, old.version, old.effective_date)
     is distinct from (new.document_type, new.title, new.content, new.version, new.effective_date) then
    raise exception 'A legal document that is in force or was agreed to is not edited: add the next version and activate that.'
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create trigger legal_document_kept before update on legal_document
  for each row execute function keep_agreed_text();
create trigger legal_document_updated before update on legal_document
  for each row execute function touch_updated_at();
create trigger legal_document_revision after insert or update or delete or truncate on legal_document
  for each statement execute function touch_revision();
