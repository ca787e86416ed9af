-- How many endorsed, by district, kind of endorser and week: kept with every change, so that reading it costs the same
-- over a thousand endorsements and over a million.

-- As what each endorsement was counted, which is what has to be taken off again.
create table endorsement_counted (
  endorsement integer primary key,
  campaign bigint not null,
  type text not null,
  week date not null,
  -- By layer: state, county, congressional, state_upper, state_lower; null where the person has no such district.
  geoids text[] not null check (array_length(geoids, 1) = 5)
);

comment on table endorsement_counted is 'Without foreign keys: what is deleted is taken off by the trigger below.';

create table endorsement_count (
  campaign bigint not null references campaign (id) on delete cascade,
  layer text not null,
  geoid text not null,
  type text not null,
  week date not null,
  -- Without a check: on the way to an update, a difference that is taken off would have to pass it as a new row.
  count integer not null,
  primary key (campaign, layer, type, week, geoid)
);

comment on column endorsement_count.layer is 'Empty for everywhere, wherever people live and whether or not that is known.';
comment on column endorsement_count.type is 'Empty for every kind of endorser.';
comment on column endorsement_count.week is 'Its Monday, in UTC; -infinity for all of them together.';

-- Counts these endorsements again, as they are now. Only what a person approved counts, and only once its mailbox is proven.
create or replace function recount_endorsements(ids integer[]) returns void language plpgsql as $$
begin
  if coalesce(cardinality(ids), 0) = 0 then
    return;
  end if;
  -- Whoever changes one of these people at the same time goes first or waits: then each sees what the other did.
  perform from stakeholder
    where id in (select stakeholder from endorsement where id = any (ids)) order by id for share;
  with now_counted as materialized (
    select endorsement.id as endorsement, endorsement.campaign, stakeholder.type,
           date_trunc('week', endorsement.created_at at time zone 'UTC')::date as week,
           array[state_region.geoid, county_region.geoid, congressional.geoid, upper_chamber.geoid, lower_chamber.geoid] as geoids
      from endorsement join stakeholder on stakeholder.id = endorsement.stakeholder
      left join region as state_region on state_region.id = stakeholder.state_region
      left join region as county_region on county_region.id = stakeholder.county
      left join region as congressional on congressional.id = stakeholder.congressional_district
      left join region as upper_chamber on upper_chamber.id = stakeholder.state_senate_district
      left join region as lower_chamber on lower_chamber.id = stakeholder.state_house_district
     where endorsement.id = any (ids) and endorsement.status = 'approved'
       and endorsement.verified_at is not null and endorsement.reviewed_at is not null
  ), difference as (
    select campaign, type, week, geoids, 1 as count from now_counted
    union all
    select campaign, type, week, geoids, -1 from endorsement_counted where endorsement = any (ids)
  ), cells as (
    select campaign, layer, geoid, coalesce(type, '') as type, coalesce(week, '-infinity') as week, sum(count)::integer as count
      from (
        select campaign, type, week, layer, geoid, count
          from difference,
               unnest(array['state', 'county', 'congressional', 'state_upper', 'state_lower', ''], geoids || array['']) as district (layer, geoid)
         where geoid is not null
      ) as placed
     group by campaign, layer, geoid, grouping sets ((type, week), (type), (week), ())
    having sum(count) <> 0
  ), written as (
    insert into endorsement_count as known (campaign, layer, geoid, type, week, count)
    select campaign, layer, geoid, type, week, count from cells
     -- One order for everybody, so that two that write at once never wait for each other.
     order by campaign, layer, type, week, geoid
    on conflict (campaign, layer, type, week, geoid) do update set count = known.count + excluded.count
  ), gone as (
    delete from endorsement_counted
     where endorsement = any (ids) and not exists (select from now_counted where now_counted.endorsement = endorsement_counted.endorsement)
  )
  insert into endorsement_counted select * from now_counted
  on conflict (endorsement) do update
    set campaign = excluded.campaign, type = excluded.type, week = excluded.week, geoids = excluded.geoids
  where (endorsement_counted.campaign, endorsement_counted.type, endorsement_counted.week, endorsement_counted.geoids)
        is distinct from (excluded.campaign, excluded.type, excluded.week, excluded.geoids);
end $$;

create or replace function count_endorsements() returns trigger language plpgsql as $$
declare
  ids integer[];
begin
  if tg_op = 'INSERT' then
    select array_agg(id) into ids from new_rows where status = 'approved';
  elsif tg_op = 'DELETE' then
    select array_agg(id) into ids from old_rows where status = 'approved';
  else
    select array_agg(coalesce(new_rows.id, old_rows.id)) into ids
      from old_rows full join new_rows using (id)
     where (old_rows.status = 'approved' or new_rows.status = 'approved')
       and (old_rows.status, old_rows.campaign, old_rows.stakeholder, old_rows.verified_at is null, old_rows.reviewed_at is null)
           is distinct from
           (new_rows.status, new_rows.campaign, new_rows.stakeholder, new_rows.verified_at is null, new_rows.reviewed_at is null);
  end if;
  perform recount_endorsements(ids);
  return null;
end $$;

create trigger endorsement_counted_added after insert on endorsement referencing new table as new_rows
  for each statement execute function count_endorsements();
create trigger endorsement_counted_changed after update on endorsement
  referencing old table as old_rows new table as new_rows
  for each statement execute function count_endorsements();
create trigger endorsement_counted_removed after delete on endorsement referencing old table as old_rows
  for each statement execute function count_endorsements();

create or replace function count_moved_people() returns trigger language plpgsql as $$
declare
  ids integer[];
begin
  select array_agg(endorsement.id) into ids
    from old_rows join new_rows using (id) join endorsement on endorsement.stakeholder = new_rows.id
   where endorsement.status = 'approved'
     and (old_rows.type, old_rows.state_region, old_rows.county, old_rows.congressional_district,
          old_rows.state_senate_district, old_rows.state_house_district)
         is distinct from
         (new_rows.type, new_rows.state_region, new_rows.county, new_rows.congressional_district,
          new_rows.state_senate_district, new_rows.state_house_district);
  perform recount_endorsements(ids);
  return null;
end $$;

create trigger stakeholder_counted after update on stakeholder
  referencing old table as old_rows new table as new_rows
  for each statement execute function count_moved_people();

select recount_endorsements(array_agg(id)) from endorsement where status = 'approved';
