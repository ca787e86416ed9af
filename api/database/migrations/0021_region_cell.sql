-- Every region in force, as the cells of a quadtree that it covers (api/regions/cells.ts): a lookup finds the few cells of its
-- point in an ordinary index. With a spatial index, finding a point's candidates took five times as long as asking for
-- nothing at all, and most of it was the index.
create table region_cell (
  -- A 1, then two binary digits for each halving of the world, from 512 degrees down.
  cell bigint not null,
  -- No foreign key: checking a million rows one by one takes longer than copying them. Only the importer writes here,
  -- in the transaction that puts regions in force or takes them out.
  region_id bigint not null,
  -- What of the region lies in the cell; null where that is all of it.
  part geometry (Polygon, 4326)
);

comment on table region_cell is 'Regions in force by the cells that they cover; for lookups, and derived from region.geom.';

-- Parts have some hundred corners at most, 2 kB, and stay in the row: fetching them from beside it would cost each lookup
-- more than the test itself.
alter table region_cell alter column part set storage external;
alter table region_cell set (toast_tuple_target = 8160);

-- A lookup reads a handful of rows. PostgreSQL may expect more, and would start workers for them: 27 ms instead of 0.1.
alter table region_cell set (parallel_workers = 0);

-- The number of a cell, from its depth (halvings of the world) and its column and row at that depth.
create or replace function region_cell_number(depth integer, x bigint, y bigint) returns bigint
  language plpgsql immutable strict parallel safe as $$
begin
  -- Every digit moves apart from the next, so that those of x and y fit between each other.
  x := (x | (x << 16)) & 281470681808895;
  x := (x | (x << 8)) & 71777214294589695;
  x := (x | (x << 4)) & 1085102592571150095;
  x := (x | (x << 2)) & 3689348814741910323;
  x := (x | (x << 1)) & 6148914691236517205;
  y := (y | (y << 16)) & 281470681808895;
  y := (y | (y << 8)) & 71777214294589695;
  y := (y | (y << 4)) & 1085102592571150095;
  y := (y | (y << 2)) & 3689348814741910323;
  y := (y | (y << 1)) & 6148914691236517205;
  return (1::bigint << (2 * depth)) | (x << 1) | y;
end $$;

-- The smallest cell that a point lies in: cellAt() of api/regions/cells.ts.
create or replace function region_cell_at(lng double precision, lat double precision) returns bigint
  language sql immutable strict parallel safe as $$
  select region_cell_number(18, floor((lng - (-181 + 2 ^ -22)) * 512)::bigint, floor((lat - (-91 + 2 ^ -22)) * 512)::bigint)
$$;

-- What is loaded already: each piece whole, in every cell of its own size that it may reach into.
insert into region_cell (cell, region_id, part)
select region_cell_number(depth, x, y), region_id, geom
  from (select region_id, region_piece.geom,
               case when width <= 1.0 / 512 then 18 when width <= 1.0 / 128 then 16 when width <= 1.0 / 32 then 14
                    when width <= 1.0 / 8 then 12 else 10 end as depth
          from region_piece
          join region on region.id = region_id and region.active
         cross join lateral (select greatest(st_xmax(region_piece.geom) - st_xmin(region_piece.geom),
                                             st_ymax(region_piece.geom) - st_ymin(region_piece.geom)) as width) as size
         where region_piece.active) as piece
 cross join lateral generate_series(floor((st_xmin(geom) - (-181 + 2 ^ -22)) * 2 ^ (depth - 9))::bigint,
                                    floor((st_xmax(geom) - (-181 + 2 ^ -22)) * 2 ^ (depth - 9))::bigint) as x
 cross join lateral generate_series(floor((st_ymin(geom) - (-91 + 2 ^ -22)) * 2 ^ (depth - 9))::bigint,
                                    floor((st_ymax(geom) - (-91 + 2 ^ -22)) * 2 ^ (depth - 9))::bigint) as y;

create index region_cell_cell on region_cell (cell);
create index region_cell_region on region_cell (region_id);

comment on table region_piece is 'Of releases before region_cell, and no longer written to. To be dropped when none of them runs any more.';
