-- What is to be sent, written in the transaction that gives reason to: mail, and calls to other programs.
create table webhook (
  id integer generated always as identity primary key,
  url text not null check (url ~ '^https?://' and length(url) <= 500),
  events text[] not null check (cardinality(events) > 0),
  salt text not null check (length(salt) between 16 and 64),
  active boolean not null default true,
  account integer not null,
  created_at timestamptz not null default now()
);

comment on column webhook.salt is 'With the secret key it makes the secret that signs; alone it is worth nothing.';

create table outbox (
  id bigint generated always as identity primary key,
  channel text not null check (channel in ('mail', 'webhook')),
  kind text not null check (length(kind) between 1 and 50),
  recipient text check (length(recipient) <= 254),
  webhook integer references webhook (id) on delete cascade,
  endorsement integer references endorsement (id) on delete cascade,
  submission integer references submission (id) on delete cascade,
  review integer,
  data jsonb not null default '{}',
  dedupe text unique,
  state text not null default 'waiting'
    check (state in ('waiting', 'sending', 'sent', 'dead', 'unknown', 'cancelled')),
  attempts integer not null default 0,
  due_at timestamptz not null default now(),
  lease_until timestamptz,
  last_error text,
  provider_id text,
  created_at timestamptz not null default now(),
  sent_at timestamptz,
  constraint outbox_addressed check (channel <> 'webhook' or webhook is not null),
  constraint outbox_leased check ((state = 'sending') = (lease_until is not null)),
  constraint outbox_sent check ((state = 'sent') = (sent_at is not null))
);

comment on column outbox.recipient is 'One a row, so that each has a status; forgotten once sent where nothing else keeps it.';
comment on column outbox.review is 'The decision that gave reason; an undo takes back what waits.';
comment on column outbox.state is
  'unknown: it was handed over and no answer came; it may have arrived, so it is not sent again by itself.';

create index outbox_due on outbox (due_at, id) where state = 'waiting';
create index outbox_leased on outbox (lease_until) where state = 'sending';
create index outbox_endorsement on outbox (endorsement, id);
create index outbox_submission on outbox (submission) where submission is not null;
create index outbox_failed on outbox (id) where state in ('dead', 'unknown');
create index outbox_old on outbox (sent_at) where state = 'sent';

-- What was sent is never sent again.
create or replace function keep_outbox_order() returns trigger language plpgsql as $$
begin
  if old.state <> new.state and (old.state, new.state) not in (
    ('waiting', 'sending'), ('waiting', 'cancelled'), ('waiting', 'dead'),
    ('sending', 'sent'), ('sending', 'waiting'), ('sending', 'dead'), ('sending', 'unknown'), ('sending', 'cancelled'),
    ('dead', 'waiting'), ('unknown', 'waiting')
  ) then
    raise exception 'What is to be sent cannot go from % to %.', old.state, new.state using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create trigger outbox_order before update on outbox for each row execute function keep_outbox_order();

-- When a new link was last asked for, for an address that may be known or not: both cost the same.
create table resend_request (
  address bytea primary key check (length(address) = 32),
  at timestamptz not null default now()
);

create index resend_request_time on resend_request (at);
