-- How an endorsement comes about: what was sent in waits for a click in the mailbox that it names, then for a person.

-- Nothing has read these two yet; each submission has a token and a clock of its own.
alter table endorsement
  drop column verification_token,
  drop column verification_sent_at,
  drop constraint endorsement_status_check,
  add constraint endorsement_status_check
    check (status in ('pending', 'verified', 'approved', 'rejected', 'withdrawn')),
  add column version integer not null default 1,
  add column withdrawn_at timestamptz,
  add column statement_print bigint,
  add column proposed jsonb,
  add column replaced jsonb,
  add constraint endorsement_withdrawn_at check ((status = 'withdrawn') = (withdrawn_at is not null));

comment on column endorsement.version is 'One more with every change; a reviewer says which one they saw.';
comment on column endorsement.statement_print is
  'Similar statements have prints that differ in few bits (api/endorsements/spam/fingerprint.ts).';
comment on column endorsement.proposed is
  'Who the person says they are now, where that differs from what they proved before; a reviewer takes it over.';
comment on column endorsement.replaced is 'What a reviewer took `proposed` over for; an undo puts it back.';

create index endorsement_verified_waiting on endorsement (created_at desc, id desc)
  where verified_at is not null and reviewed_at is null and status in ('verified', 'approved');
create index endorsement_print_1 on endorsement (((statement_print >> 48) & 65535)) where statement_print is not null;
create index endorsement_print_2 on endorsement (((statement_print >> 32) & 65535)) where statement_print is not null;
create index endorsement_print_3 on endorsement (((statement_print >> 16) & 65535)) where statement_print is not null;
create index endorsement_print_4 on endorsement ((statement_print & 65535)) where statement_print is not null;

alter table stakeholder add column proven_at timestamptz;
comment on column stakeholder.proven_at is
  'When somebody first clicked in this mailbox. Until then the row is a claim; from then on no submission changes it.';

-- What was sent in. The same again is the same row, so that it has one token, one clock and one mail.
create table submission (
  id integer generated always as identity primary key,
  endorsement integer not null references endorsement (id) on delete cascade,
  token uuid not null unique default gen_random_uuid(),
  digest bytea not null check (length(digest) = 32),
  person jsonb not null,
  email_updates boolean not null default false,
  statement text not null default '' check (length(statement) <= 2000),
  statement_print bigint,
  public_display boolean not null,
  org_authorized boolean not null,
  spam_score numeric(3, 2) not null default 0 check (spam_score between 0 and 1),
  spam_reasons jsonb not null default '[]' check (jsonb_typeof(spam_reasons) = 'array'),
  held_at timestamptz,
  released_at timestamptz,
  sent_at timestamptz,
  confirmed_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '24 hours',
  unique (endorsement, digest),
  constraint submission_expires check (expires_at > created_at),
  constraint submission_held_is_not_confirmed check (held_at is null or confirmed_at is null)
);

comment on column submission.digest is 'sha256 of everything that was sent, and of which endorsement it is about.';
comment on column submission.held_at is 'Taken for spam: no mail is sent until a reviewer releases it.';

create index submission_held on submission (endorsement) where held_at is not null;

-- Proof that a person looked: one row a decision, only ever added to. It names no endorser and outlives them.
create table endorsement_review (
  id integer generated always as identity primary key,
  endorsement integer not null,
  at timestamptz not null default now(),
  account integer not null,
  reviewer text not null check (length(reviewer) between 1 and 100),
  decision text not null check (decision in ('approve', 'reject', 'show', 'hide', 'release', 'undo')),
  reason text not null default '' check (length(reason) <= 500),
  saw bytea not null check (length(saw) = 32),
  before jsonb not null
);

comment on column endorsement_review.account is 'Without a foreign key, as is endorsement: the proof outlives both.';
comment on column endorsement_review.saw is 'sha256 of the statement that was decided on.';
comment on column endorsement_review.before is 'Status, display and review before it, which an undo restores.';

create index endorsement_review_of on endorsement_review (endorsement, id);

create or replace function keep_review() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    -- The reason is free text, and goes when the endorser does.
    if new.reason = '' and to_jsonb(new) - 'reason' = to_jsonb(old) - 'reason'
       and not exists (select from endorsement where id = old.endorsement) then
      return new;
    end if;
  end if;
  raise exception 'reviews are only ever added' using errcode = 'restrict_violation';
end $$;

create trigger endorsement_review_kept before update or delete on endorsement_review
  for each row execute function keep_review();
create trigger endorsement_review_never_emptied before truncate on endorsement_review
  for each statement execute function keep_audit();

-- The ways from one status to the next; every other way is refused, whoever tries.
create or replace function keep_endorsement_order() returns trigger language plpgsql as $$
declare
  undone boolean;
begin
  if old.verified_at is not null and new.verified_at is null then
    raise exception 'A verified endorsement cannot become unverified.' using errcode = 'restrict_violation';
  end if;
  if old.status <> new.status and (old.status, new.status) not in (
    ('pending', 'verified'), ('pending', 'approved'), ('pending', 'rejected'),
    ('verified', 'approved'), ('verified', 'rejected'),
    ('approved', 'rejected'),
    ('rejected', 'approved'), ('rejected', 'pending')
  ) and new.status <> 'withdrawn'
    -- Sent in again and verified again.
    and not (old.status = 'withdrawn' and new.status = 'verified' and new.verified_at > old.withdrawn_at)
    and not (old.status = 'rejected' and new.status = 'verified' and old.verified_at is null and new.verified_at is not null)
  then
    select exists (select from endorsement_review where endorsement = new.id and decision = 'undo' and at = now())
      into undone;
    if not undone or old.status = 'withdrawn' then
      raise exception 'An endorsement cannot go from % to %.', old.status, new.status using errcode = 'restrict_violation';
    end if;
  end if;
  if new.status = 'pending' and old.status = 'rejected' and old.verified_at is not null then
    raise exception 'A rejected endorsement is sent in again only before it is verified.'
      using errcode = 'restrict_violation';
  end if;
  new.version = old.version + 1;
  return new;
end $$;

-- "Reviewed" is said only with the row that proves it.
create or replace function prove_review() returns trigger language plpgsql as $$
begin
  if new.reviewed_at is not null and (tg_op = 'INSERT' or new.reviewed_at is distinct from old.reviewed_at)
     and not exists (
       select from endorsement_review
        where endorsement = new.id and at = new.reviewed_at and decision in ('approve', 'reject'))
  then
    raise exception 'An endorsement is reviewed by a decision in endorsement_review, not by saying so.'
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create trigger endorsement_proven before insert or update on endorsement
  for each row execute function prove_review();

-- What was agreed to outlives who agreed: without a name or an address, known by a pseudonym that only the key can make.
alter table terms_acceptance
  alter column endorsement drop not null,
  add column subject text not null default '' check (subject ~ '^[A-Za-z0-9_-]*$' and length(subject) <= 43),
  drop constraint terms_acceptance_endorsement_fkey,
  add constraint terms_acceptance_endorsement_fkey
    foreign key (endorsement) references endorsement (id) on delete set null,
  add constraint terms_acceptance_forgets
    check (endorsement is not null or (ip_address is null and user_agent = ''));

comment on column terms_acceptance.subject is 'HMAC of the e-mail address with the secret key: who has both can tell.';

create index terms_acceptance_subject on terms_acceptance (subject);

create or replace function forget_endorser() returns trigger language plpgsql as $$
begin
  update terms_acceptance set ip_address = null, user_agent = '' where endorsement = old.id;
  return old;
end $$;

create trigger endorsement_forgotten before delete on endorsement
  for each row execute function forget_endorser();

create or replace function keep_acceptance() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if (new.endorsement is null or new.endorsement = old.endorsement)
       and (new.ip_address is null or new.ip_address = old.ip_address)
       and (new.user_agent = '' or new.user_agent = old.user_agent)
       and to_jsonb(new) - '{endorsement,ip_address,user_agent}'::text[]
         = to_jsonb(old) - '{endorsement,ip_address,user_agent}'::text[] then
      return new;
    end if;
  end if;
  raise exception 'what somebody agreed to is only ever added' using errcode = 'restrict_violation';
end $$;

create trigger terms_acceptance_kept before update or delete on terms_acceptance
  for each row execute function keep_acceptance();

-- The public list is made of what is shown; nothing else about an endorsement makes a new version of it.
create or replace function touch_shown_endorsements() returns trigger language plpgsql as $$
declare
  shown boolean;
begin
  if tg_op <> 'DELETE' then
    select exists (select from new_rows where display_publicly) into shown;
  end if;
  if not coalesce(shown, false) and tg_op <> 'INSERT' then
    select exists (select from old_rows where display_publicly) into shown;
  end if;
  if shown then
    insert into revision (resource) values ('shown_endorsement')
      on conflict (resource) do update set value = gen_random_uuid();
  end if;
  return null;
end $$;

create trigger endorsement_shown_added after insert on endorsement referencing new table as new_rows
  for each statement execute function touch_shown_endorsements();
create trigger endorsement_shown_changed after update on endorsement
  referencing old table as old_rows new table as new_rows
  for each statement execute function touch_shown_endorsements();
create trigger endorsement_shown_removed after delete on endorsement referencing old table as old_rows
  for each statement execute function touch_shown_endorsements();

create or replace function touch_shown_people() returns trigger language plpgsql as $$
begin
  if exists (
    select from new_rows join old_rows using (id) join endorsement on endorsement.stakeholder = new_rows.id
     where display_publicly
       and (new_rows.first_name, new_rows.last_name, new_rows.organization, new_rows.role, new_rows.city,
            new_rows.state, new_rows.type)
           is distinct from
           (old_rows.first_name, old_rows.last_name, old_rows.organization, old_rows.role, old_rows.city,
            old_rows.state, old_rows.type)
  ) then
    insert into revision (resource) values ('shown_endorsement')
      on conflict (resource) do update set value = gen_random_uuid();
  end if;
  return null;
end $$;

create trigger stakeholder_shown_changed after update on stakeholder
  referencing old table as old_rows new table as new_rows
  for each statement execute function touch_shown_people();
