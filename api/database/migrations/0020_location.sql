-- Where somebody's address is, how it is known, and when it is to be looked up (again).
alter table stakeholder
  add column location_quality text check (location_quality in ('address', 'street', 'postcode', 'place', 'staff')),
  add column location_confidence real check (location_confidence between 0 and 1),
  add column location_source text check (length(location_source) <= 50),
  add column locate_after timestamptz default now(),
  add column locate_attempts smallint not null default 0,
  add column locate_problem text check (locate_problem in ('not found', 'too vague', 'unanswered'));

comment on column stakeholder.location_quality is 'What was matched; staff: somebody put it there by hand.';
comment on column stakeholder.locate_after is 'When the address is looked up next; null: not until it changes.';
comment on column stakeholder.locate_problem is 'Why there is no location yet, or none at all.';

update stakeholder set locate_after = null where location is not null;

create index stakeholder_to_locate on stakeholder (locate_after) where locate_after is not null;
create index stakeholder_not_located on stakeholder (id) where location is null;

-- Whoever changes an address, by whatever way, has it looked up: what was known of the old one is not true of the new one.
create or replace function locate_again() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.location is not null then
      new.locate_after = null;
    end if;
    return new;
  end if;
  if (new.street_address, new.city, new.state, new.zip_code)
      is distinct from (old.street_address, old.city, old.state, old.zip_code)
      and new.location is not distinct from old.location then
    new.location = null;
    new.location_quality = null;
    new.location_confidence = null;
    new.location_source = null;
    new.state_region = null;
    new.county = null;
    new.congressional_district = null;
    new.state_senate_district = null;
    new.state_house_district = null;
    new.locate_after = now();
    new.locate_attempts = 0;
    new.locate_problem = null;
  end if;
  return new;
end $$;

create trigger stakeholder_locate before insert or update on stakeholder
  for each row execute function locate_again();

-- What a geocoder said, by a digest of the address: nobody is asked twice, and no address is written down once more.
create table geocoded (
  digest bytea primary key check (length(digest) = 32),
  geocoder text not null,
  -- Null: the geocoder knows no such place.
  lat double precision check (lat between -90 and 90),
  lng double precision check (lng between -180 and 180),
  quality text check (quality in ('address', 'street', 'postcode', 'place')),
  confidence real check (confidence between 0 and 1),
  asked_at timestamptz not null default now(),
  check ((lat is null) = (lng is null) and (lat is null) = (quality is null) and (lat is null) = (confidence is null))
);

create index geocoded_asked_at on geocoded (asked_at);
