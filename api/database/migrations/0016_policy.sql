create table legislator (
  id integer generated always as identity primary key,
  level text not null check (level in ('federal', 'state')),
  bioguide_id text unique check (length(bioguide_id) between 1 and 10),
  state_id text not null default '' check (length(state_id) <= 50),
  first_name text not null check (length(first_name) between 1 and 100),
  last_name text not null check (length(last_name) between 1 and 100),
  chamber text not null check (chamber in ('house', 'senate', 'state_house', 'state_senate', 'assembly',
    'house_of_delegates', 'house_of_representatives', 'general_assembly')),
  state text not null check (state ~ '^[A-Z]{2}$'),
  state_region bigint references region (id) on delete set null,
  district text not null default '' check (length(district) <= 10),
  is_senior boolean,
  party text not null default '' check (length(party) <= 10),
  in_office boolean not null default true,
  url text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint legislator_federal_has_bioguide_id check ((level = 'federal') = (bioguide_id is not null))
);

comment on column legislator.bioguide_id is 'Biographical Directory of the United States Congress.';

create index legislator_listed on legislator (state, chamber, last_name, first_name, id);
create index legislator_state_region on legislator (state_region);

create table bill (
  id integer generated always as identity primary key,
  campaign bigint not null references campaign (id) on delete cascade,
  level text not null check (level in ('federal', 'state')),
  number text not null check (number ~ '^\d{1,10}$'),
  title text not null check (length(title) between 1 and 255),
  chamber text not null check (chamber in ('house', 'senate', 'state_house', 'state_senate', 'assembly',
    'house_of_delegates', 'house_of_representatives', 'general_assembly')),
  session text not null check (length(session) between 1 and 20),
  state text check (state ~ '^[A-Z]{2}$'),
  introduced_date date not null,
  status text not null default '' check (length(status) <= 100),
  url text not null default '',
  is_primary boolean not null default false,
  related_bill integer references bill (id) on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint bill_state_iff_state_level check ((level = 'state') = (state is not null)),
  -- Congresses are numbered: 119, never "119th", so that a comparison finds them.
  constraint bill_congress_is_a_number check (level <> 'federal' or session ~ '^\d{1,4}$'),
  check (related_bill <> id)
);

create index bill_listed on bill (campaign, is_primary desc, introduced_date desc, id desc);
create index bill_related on bill (related_bill) where related_bill is not null;

create table bill_sponsor (
  bill integer not null references bill (id) on delete cascade,
  legislator integer not null references legislator (id) on delete cascade,
  role text not null check (role in ('sponsor', 'cosponsor')),
  primary key (bill, legislator)
);

create index bill_sponsor_legislator on bill_sponsor (legislator);

create trigger legislator_updated before update on legislator for each row execute function touch_updated_at();
create trigger legislator_revision after insert or update or delete or truncate on legislator
  for each statement execute function touch_revision();
create trigger bill_updated before update on bill for each row execute function touch_updated_at();
create trigger bill_revision after insert or update or delete or truncate on bill
  for each statement execute function touch_revision();
create trigger bill_sponsor_revision after insert or update or delete or truncate on bill_sponsor
  for each statement execute function touch_revision();
