create table stakeholder (
  id integer generated always as identity primary key,
  first_name text not null check (length(first_name) between 1 and 100),
  last_name text not null check (length(last_name) between 1 and 100),
  organization text not null default '' check (length(organization) <= 200),
  role text not null default '' check (length(role) <= 100),
  email text not null unique check (email = lower(email) and length(email) <= 254 and email ~ '^[^@\s]+@[^@\s]+$'),
  street_address text not null default '' check (length(street_address) <= 255),
  city text not null default '' check (length(city) <= 100),
  state text check (state ~ '^[A-Z]{2}$'),
  zip_code text not null default '' check (zip_code ~ '^(\d{5}(-\d{4})?)?$'),
  type text not null check (type in
    ('farmer', 'waterman', 'business', 'nonprofit', 'scientist', 'healthcare', 'government', 'individual', 'other')),
  email_updates boolean not null default false,
  location geography (Point, 4326),
  state_region bigint references region (id) on delete set null,
  county bigint references region (id) on delete set null,
  congressional_district bigint references region (id) on delete set null,
  state_senate_district bigint references region (id) on delete set null,
  state_house_district bigint references region (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on column stakeholder.email is 'Lower case; the unique index serves every look-up.';
comment on column stakeholder.state is 'Postal code, as the person gave it; the regions follow from the location.';

create index stakeholder_location on stakeholder using gist (location);
create index stakeholder_state_region on stakeholder (state_region);
create index stakeholder_county on stakeholder (county);
create index stakeholder_congressional_district on stakeholder (congressional_district);
create index stakeholder_state_senate_district on stakeholder (state_senate_district);
create index stakeholder_state_house_district on stakeholder (state_house_district);

create table endorsement (
  id integer generated always as identity primary key,
  stakeholder integer not null references stakeholder (id) on delete cascade,
  campaign bigint not null references campaign (id) on delete cascade,
  statement text not null default '' check (length(statement) <= 2000),
  public_display boolean not null default true,
  display_publicly boolean not null default false,
  verification_token uuid not null unique default gen_random_uuid(),
  verification_sent_at timestamptz,
  verified_at timestamptz,
  email_verified boolean generated always as (verified_at is not null) stored,
  status text not null default 'pending' check (status in ('pending', 'verified', 'approved', 'rejected')),
  admin_notes text not null default '',
  reviewed_by integer references account (id) on delete set null,
  reviewed_at timestamptz,
  terms_accepted boolean not null default false,
  terms_accepted_at timestamptz,
  org_authorized boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (stakeholder, campaign),
  constraint endorsement_verified_by_mail check (status not in ('verified', 'approved') or verified_at is not null),
  constraint endorsement_shown_after_review check
    (not display_publicly or (status = 'approved' and reviewed_at is not null and verified_at is not null))
);

comment on column endorsement.public_display is 'Consent of the person who endorses.';
comment on column endorsement.display_publicly is 'Decision of who reviewed it.';

create index endorsement_public on endorsement (campaign, created_at desc, id desc)
  where status = 'approved' and public_display and display_publicly;
create index endorsement_public_newest on endorsement (created_at desc, id desc)
  where status = 'approved' and public_display and display_publicly;
create index endorsement_to_review on endorsement (created_at desc, id desc)
  where status in ('pending', 'verified') or reviewed_at is null;
create index endorsement_campaign on endorsement (campaign, status);
create index endorsement_reviewer on endorsement (reviewed_by);

-- The ways from one status to the next; every other way is refused, whoever tries.
create or replace function keep_endorsement_order() returns trigger language plpgsql as $$
begin
  if old.verified_at is not null and new.verified_at is null then
    raise exception 'A verified endorsement cannot become unverified.' using errcode = 'restrict_violation';
  end if;
  if old.status <> new.status and (old.status, new.status) not in (
    ('pending', 'verified'), ('pending', 'approved'), ('pending', 'rejected'),
    ('verified', 'approved'), ('verified', 'rejected'),
    ('approved', 'rejected'),
    ('rejected', 'approved'), ('rejected', 'pending')
  ) then
    raise exception 'An endorsement cannot go from % to %.', old.status, new.status using errcode = 'restrict_violation';
  end if;
  if new.status = 'pending' and old.status = 'rejected' and old.verified_at is not null then
    raise exception 'A rejected endorsement is sent in again only before it is verified.'
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;

create trigger endorsement_order before update on endorsement
  for each row execute function keep_endorsement_order();

create table terms_acceptance (
  id integer generated always as identity primary key,
  endorsement integer not null references endorsement (id) on delete cascade,
  legal_document integer not null references legal_document (id) on delete restrict,
  accepted_at timestamptz not null default now(),
  ip_address inet,
  user_agent text not null default '' check (length(user_agent) <= 1000),
  acceptance_token uuid not null unique default gen_random_uuid()
);

create index terms_acceptance_endorsement on terms_acceptance (endorsement, legal_document);
create index terms_acceptance_document on terms_acceptance (legal_document);
create index terms_acceptance_time on terms_acceptance (accepted_at);

create trigger stakeholder_updated before update on stakeholder for each row execute function touch_updated_at();
create trigger endorsement_updated before update on endorsement for each row execute function touch_updated_at();
