-- One Census file as it was loaded: a layer, for the nation or one state, of one vintage and resolution.
create table boundary_set (
  id bigint generated always as identity primary key,
  layer text not null check (layer ~ '^[a-z_]+$'),
  coverage text not null check (coverage ~ '^(us|\d\d)$'),
  vintage smallint not null check (vintage between 2000 and 2100),
  resolution text not null check (resolution in ('full', '500k', '5m', '20m')),
  session text,
  source_file text not null,
  source_sha256 text not null check (source_sha256 ~ '^[0-9a-f]{64}$'),
  feature_count integer not null check (feature_count > 0),
  notices text[] not null default '{}',
  imported_at timestamptz not null default now(),
  unique (layer, coverage, vintage, resolution)
);

comment on column boundary_set.coverage is 'us, or the two-digit FIPS code of one state.';
comment on column boundary_set.session is 'Which legislature the districts elect, such as 119th Congress.';

-- Vintages stay beside each other; a lookup reads the active ones.
create table region (
  id bigint generated always as identity primary key,
  boundary_set_id bigint not null references boundary_set (id) on delete cascade,
  layer text not null,
  geoid text not null,
  state_fips char(2) not null,
  name text not null,
  active boolean not null default false,
  geom geometry (MultiPolygon, 4326) not null,
  outline json,
  unique (boundary_set_id, geoid)
);

comment on column region.geom is 'Coordinates as the Census gives them (NAD83), labelled EPSG:4326: under a metre apart.';
comment on column region.outline is 'GeoJSON geometry for maps: simplified, with borders still shared.';

-- Doubles do not compress, but trying costs three seconds per 120 MB, and every lookup would have to decompress.
alter table region alter column geom set storage external;

create unique index region_active_geoid on region (layer, geoid) where active;
create index region_active_geom on region using gist (geom) where active;
create index region_active_state on region (layer, state_fips) where active;
