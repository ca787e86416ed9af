/** Puts loaded regions in force, and says what that changes. Within one transaction a lookup sees all of it or nothing. */
import type pg from 'pg';
import type { LayerId } from '../../regions/layers.ts';
import { ImportError } from './import-error.ts';

/** What becomes of the districts of one layer. */
export interface LayerChange {
  readonly layer: LayerId;
  /** GEOIDs, in order. */
  readonly added: readonly string[];
  readonly gone: readonly string[];
  /** In both, with another shape or name. */
  readonly changed: readonly string[];
  readonly same: number;
}

/** A file of which certain states, or all of them (undefined), are to be in force. */
export interface Activation {
  readonly boundarySetId: string;
  readonly states: readonly string[] | undefined;
}

/** A new file with fewer regions than this share of those in force is more likely cut short than a reform. */
const plausibleShare = 0.8;

/** @throws ImportError (exit code 4) where far fewer regions came than are in force */
export async function refuseImplausibleDrop(
  client: pg.ClientBase,
  name: string,
  activation: Activation,
): Promise<void> {
  const { rows } = await client.query<{ coming: number; in_force: number }>(
    `${coming}
     select (select count(*)::int from coming) as coming,
            (select count(*)::int from region where active
                and layer in (select layer from coming) and state_fips in (select state_fips from coming)) as in_force`,
    parameters(activation),
  );
  const { coming: now = 0, in_force: before = 0 } = rows[0] ?? {};
  if (now >= before * plausibleShare) return;
  throw new ImportError(
    `${name} has ${now} regions where ${before} are in force.`,
    'If that is right, import it again with --force. What was in force stays in force.',
    4,
  );
}

/** Whether all its regions (of these states) are in force already. */
export async function isInForce(client: pg.ClientBase, activation: Activation): Promise<boolean> {
  const { rows } = await client.query<{ all: boolean | null }>(
    `${coming} select bool_and(active) as all from coming`,
    parameters(activation),
  );
  return rows[0]?.all === true;
}

/** Runs within the transaction that `client` is in. Nothing is deleted but an earlier edition of the same file. */
export async function switchTo(client: pg.ClientBase, activations: readonly Activation[]): Promise<LayerChange[]> {
  const changes: LayerChange[] = [];
  for (const activation of activations) {
    changes.push(...(await compare(client, activation)));
    await activate(client, activation);
  }
  await client.query('analyze region, region_piece');
  return merge(changes);
}

/** The regions that an activation is about: $1 the file, $2 its states or null for all. */
const coming = `with coming as materialized (
  select id, layer, geoid, state_fips, active from region
   where boundary_set_id = $1 and ($2::text[] is null or state_fips = any ($2)))`;

function parameters({ boundarySetId, states }: Activation): [string, readonly string[] | null] {
  return [boundarySetId, states ?? null];
}

async function activate(client: pg.ClientBase, activation: Activation): Promise<void> {
  const { rows: leaving } = await client.query<{ id: string }>(
    `${coming}
     update region set active = false
      where active and boundary_set_id <> $1
        and layer in (select layer from coming) and state_fips in (select state_fips from coming)
      returning id`,
    parameters(activation),
  );
  await client.query('update region_piece set active = false where active and region_id = any ($1::bigint[])', [
    leaving.map(({ id }) => id),
  ]);
  const { rows: entering } = await client.query<{ id: string }>(
    `${coming} update region set active = true from coming where region.id = coming.id and not region.active returning region.id`,
    parameters(activation),
  );
  await client.query('update region_piece set active = true where not active and region_id = any ($1::bigint[])', [
    entering.map(({ id }) => id),
  ]);
  await client.query(
    `delete from boundary_set as earlier using boundary_set as new
      where new.id = $1 and earlier.id <> new.id
        and (earlier.layer, earlier.coverage, earlier.vintage, earlier.resolution) = (new.layer, new.coverage, new.vintage, new.resolution)
        and not exists (select from region where boundary_set_id = earlier.id and active)`,
    [activation.boundarySetId],
  );
}

async function compare(client: pg.ClientBase, activation: Activation): Promise<LayerChange[]> {
  const { rows } = await client.query<LayerChange>(
    `${coming},
     before as (
       select id, layer, geoid from region
        where active and layer in (select layer from coming) and state_fips in (select state_fips from coming)),
     pair as (
       select coalesce(coming.layer, before.layer) as layer, coalesce(coming.geoid, before.geoid) as geoid,
              case when before.id is null then 'added'
                   when coming.id is null then 'gone'
                   when coming.id = before.id then 'same'
                   when (select a.name = b.name and a.geom = b.geom from region a, region b
                          where a.id = coming.id and b.id = before.id) then 'same'
                   else 'changed' end as kind
         from coming full join before on (coming.layer, coming.geoid) = (before.layer, before.geoid))
     select layer,
            coalesce(array_agg(geoid order by geoid collate "C") filter (where kind = 'added'), '{}') as added,
            coalesce(array_agg(geoid order by geoid collate "C") filter (where kind = 'gone'), '{}') as gone,
            coalesce(array_agg(geoid order by geoid collate "C") filter (where kind = 'changed'), '{}') as changed,
            count(*) filter (where kind = 'same')::int as same
       from pair group by layer`,
    parameters(activation),
  );
  return rows;
}

/** One line a layer, whatever the number of its files. */
function merge(changes: readonly LayerChange[]): LayerChange[] {
  return [...Map.groupBy(changes, ({ layer }) => layer)].map(([layer, parts]) => ({
    layer,
    added: parts.flatMap(({ added }) => added),
    gone: parts.flatMap(({ gone }) => gone),
    changed: parts.flatMap(({ changed }) => changed),
    same: parts.reduce((sum, { same }) => sum + same, 0),
  }));
}
