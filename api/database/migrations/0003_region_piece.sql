-- Every region once more, cut into pieces of few corners: a lookup tests its point against these.
create table region_piece (
  region_id bigint not null references region (id) on delete cascade,
  -- False once the region is no longer in force, so that lookups pass over it by their index. (True says less: a region
  -- that is loaded and not yet in force has its pieces in the index already, and is passed over by its own flag.)
  active boolean not null default true,
  geom geometry (Polygon, 4326) not null
);

-- Pieces have 128 corners at most, 2 kB, and stay in the row: fetching them from beside it would cost each lookup more
-- than the test itself.
alter table region_piece alter column geom set storage external;
alter table region_piece set (toast_tuple_target = 8160);

-- A lookup reads a handful of pieces. PostgreSQL expects more, and would start workers for them: 27 ms instead of 0.1.
alter table region_piece set (parallel_workers = 0);

create index region_piece_region on region_piece (region_id);

insert into region_piece (region_id, active, geom)
select id, active, st_setsrid((st_dump(st_subdivide(geom, 128))).geom, 4326) from region;

create index region_piece_active_geom on region_piece using gist (geom) where active;

-- A new edition of a file is loaded beside the one in force, and takes its place in one step; until then both are there.
alter table boundary_set drop constraint boundary_set_layer_coverage_vintage_resolution_key;
create index boundary_set_key on boundary_set (layer, coverage, vintage, resolution);

-- The ledger: what was imported when, from where, and what became of it. Deleting boundaries leaves it as it is.
create table import_runs (
  id bigint generated always as identity primary key,
  request json not null,
  outcome text not null default 'running'
    check (outcome in ('running', 'done', 'partly', 'failed', 'interrupted')),
  reason text,
  started_at timestamptz not null default now(),
  ended_at timestamptz check ((ended_at is null) = (outcome = 'running'))
);

comment on column import_runs.request is 'Data sets, states, year, resolution and source, as they were asked for.';

create table import_files (
  id bigint generated always as identity primary key,
  run_id bigint not null references import_runs (id) on delete cascade,
  name text not null,
  origin text,
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  bytes bigint,
  outcome text not null check (outcome in ('loaded', 'unchanged', 'absent', 'refused')),
  reason text,
  regions integer,
  undefined_districts integer,
  repaired integer,
  seconds double precision,
  recorded_at timestamptz not null default now()
);

comment on column import_files.origin is 'The address or the folder that the file came from.';
comment on column import_files.outcome is 'absent: the Census has no such file, as expected; refused: it was damaged or implausible.';

create index import_files_run on import_files (run_id);
create index import_files_name on import_files (name, recorded_at desc);
