-- Staff. Nobody else has an account: people who endorse are known by what they verify.
create table account (
  id integer generated always as identity primary key,
  email text not null unique check (email = lower(email) and length(email) between 3 and 254),
  name text not null check (length(name) between 1 and 100),
  role text not null check (role in ('viewer', 'reviewer', 'editor', 'administrator')),
  password_hash text not null,
  active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  last_login_at timestamptz
);

create table session (
  token_hash bytea primary key check (length(token_hash) = 32),
  account integer not null references account (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at > created_at)
);

create index session_account on session (account);
create index session_expiry on session (expires_at);

comment on column session.token_hash is 'sha256 of what the cookie holds; who reads this table cannot log in with it.';

create table api_key (
  id integer generated always as identity primary key,
  name text not null check (length(name) between 1 and 100),
  secret_hash bytea not null unique check (length(secret_hash) = 32),
  scopes text[] not null check (cardinality(scopes) > 0),
  account integer not null references account (id) on delete cascade,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);

create index api_key_account on api_key (account);

comment on column api_key.account is 'Who made it. A key ends with the account that made it.';

-- Who changed what, when, from what to what. Only ever added to.
create table audit_entry (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  account integer,
  api_key integer,
  action text not null check (action in ('create', 'change', 'delete', 'activate', 'login', 'logout')),
  resource text not null,
  resource_id integer,
  before jsonb,
  after jsonb,
  request_id text
);

comment on column audit_entry.account is 'Without a foreign key, as is api_key: the entry outlives both.';

create index audit_entry_resource on audit_entry (resource, resource_id, id);

create or replace function keep_audit() returns trigger language plpgsql as $$
begin
  raise exception 'audit entries are only ever added' using errcode = 'restrict_violation';
end $$;

create trigger audit_entry_kept before update or delete or truncate on audit_entry
  for each statement execute function keep_audit();

create trigger account_updated before update on account for each row execute function touch_updated_at();
