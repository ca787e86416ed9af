-- A campaign: what the coalition asks people to endorse. HTML fields are sanitised before they are stored.
create table campaign (
  id bigint generated always as identity primary key,
  name text not null unique
    check (name ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(name) <= 50),
  title text not null check (length(title) between 1 and 200),
  summary text not null default '',
  description text not null default '',
  endorsement_statement text not null default '',
  allow_endorsements boolean not null default true,
  endorsement_form_instructions text not null default '',
  active boolean not null default true,
  created_at timestamptz not null default now()
);

comment on column campaign.name is 'Slug, part of public URLs.';

-- The public list: active ones, newest first.
create index campaign_active_newest on campaign (created_at desc, id desc) where active;
