/** Puts loaded regions in force, and says what that changes. Within one transaction a lookup sees all of it or nothing. */
import type pg from 'pg';
import type { Database } from '../../database/database.ts';
import type { LayerId } from '../../regions/layers.ts';
import { isReferredTo, type Reassignment, reassign } from '../../stakeholders/reassign.ts';
import { addCells, removeCells } from './cells.ts';
import { ImportError } from './import-error.ts';
import type { StageOptions } from './stage.ts';

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
  const [scope] = await rangesOf(client, [activation]);
  if (!scope) return;
  const { boundarySetId, layer, states } = scope;
  const { rows } = await client.query<{ coming: number; in_force: number }>(
    `select (select count(*)::int from region where boundary_set_id = $1 and state_fips = any ($3)) as coming,
            (select count(*)::int from region where active and layer = $2 and state_fips = any ($3)) as in_force`,
    [boundarySetId, layer, states],
  );
  const { coming = 0, in_force: inForce = 0 } = rows[0] ?? {};
  if (coming >= inForce * plausibleShare) return;
  throw new ImportError(
    `${name} has ${coming} regions where ${inForce} are in force.`,
    'If that is right, import it again with --force. What was in force stays in force.',
    4,
  );
}

/** Whether all its regions (of these states) are in force already. */
export async function isInForce(client: pg.ClientBase, { boundarySetId, states }: Activation): Promise<boolean> {
  const { rows } = await client.query<{ all: boolean | null }>(
    `select bool_and(active) as all from region
      where boundary_set_id = $1 and ($2::text[] is null or state_fips = any ($2))`,
    [boundarySetId, states ?? null],
  );
  return rows[0]?.all === true;
}

export interface Switched {
  readonly changes: readonly LayerChange[];
  readonly reassignments: readonly Reassignment[];
}

/**
 * Runs within the transaction that `client` is in. Nothing is deleted but, at the end, an earlier edition of the same
 * file, if nobody refers to it any more.
 */
export async function switchTo(
  client: pg.ClientBase,
  database: Pick<Database, 'bulkRoad'>,
  activations: readonly Activation[],
  options: StageOptions = {},
): Promise<Switched> {
  const changes: LayerChange[] = [];
  for (const scope of await scopesOf(client, activations)) {
    changes.push(await compare(client, scope));
    const { entering, leaving } = await activate(client, scope);
    await removeCells(client, leaving);
    await addCells(client, database, entering, options);
  }
  options.onProgress?.('switching', 0);
  await client.query('analyze region, region_cell');
  const reassignments = await reassign(client, [...new Set(changes.map(({ layer }) => layer))]);
  for (const { boundarySetId } of activations) await deleteEarlierEditions(client, boundarySetId);
  return { changes: merge(changes), reassignments };
}

/** What an activation replaces: the regions of this layer in these states. */
interface Scope {
  readonly boundarySetId: string;
  readonly layer: LayerId;
  readonly states: readonly string[];
}

/**
 * Where several of a run have the same layer of a state, the last one is in force: the others are not even begun with.
 * Exported for the benchmark.
 */
export async function scopesOf(client: pg.ClientBase, activations: readonly Activation[]): Promise<readonly Scope[]> {
  const said = new Set<string>();
  const scopes: Scope[] = [];
  for (const { boundarySetId, layer, states } of (await rangesOf(client, activations)).toReversed()) {
    const left = states.filter((state) => !said.has(`${layer} ${state}`));
    for (const state of left) said.add(`${layer} ${state}`);
    if (left.length > 0) scopes.unshift({ boundarySetId, layer, states: left });
  }
  return scopes;
}

/** In the order of the activations. */
async function rangesOf(client: pg.ClientBase, activations: readonly Activation[]): Promise<readonly Scope[]> {
  const { rows } = await client.query<Scope>(
    `select boundary_set.id as "boundarySetId", boundary_set.layer,
            array(select distinct state_fips::text from region
                   where boundary_set_id = boundary_set.id
                     and (wanted.states is null or state_fips = any (string_to_array(wanted.states, ',')))) as states
       from unnest($1::bigint[], $2::text[]) with ordinality as wanted (id, states, place)
       join boundary_set on boundary_set.id = wanted.id
      order by place`,
    [activations.map(({ boundarySetId }) => boundarySetId), activations.map(({ states }) => states?.join() ?? null)],
  );
  if (rows.length < activations.length) throw new Error('Not every boundary set that is to be in force is there.');
  return rows;
}

/** @returns ids. Exported for the benchmark, as the step that enters regions into their spatial index. */
export async function activate(
  client: pg.ClientBase,
  { boundarySetId, layer, states }: Scope,
): Promise<{ readonly entering: readonly string[]; readonly leaving: readonly string[] }> {
  const { rows: leaving } = await client.query<{ id: string }>(
    `update region set active = false
      where active and boundary_set_id <> $1 and layer = $2 and state_fips = any ($3) returning id`,
    [boundarySetId, layer, states],
  );
  const { rows: entering } = await client.query<{ id: string }>(
    'update region set active = true where boundary_set_id = $1 and state_fips = any ($2) and not active returning id',
    [boundarySetId, states],
  );
  return { entering: entering.map(({ id }) => id), leaving: leaving.map(({ id }) => id) };
}

async function deleteEarlierEditions(client: pg.ClientBase, boundarySetId: string): Promise<void> {
  await client.query(
    `delete from boundary_set as earlier using boundary_set as new
      where new.id = $1 and earlier.id <> new.id
        and (earlier.layer, earlier.coverage, earlier.vintage, earlier.resolution) = (new.layer, new.coverage, new.vintage, new.resolution)
        and not exists (select from region where boundary_set_id = earlier.id and (active or ${isReferredTo}))`,
    [boundarySetId],
  );
}

async function compare(client: pg.ClientBase, { boundarySetId, layer, states }: Scope): Promise<LayerChange> {
  const { rows } = await client.query<Omit<LayerChange, 'layer'>>(
    `with pair as (
       select coalesce(coming.geoid, before.geoid) as geoid,
              case when before.id is null then 'added'
                   when coming.id is null then 'gone'
                   when coming.id = before.id or (coming.name = before.name and coming.geom = before.geom) then 'same'
                   else 'changed' end as kind
         from (select id, geoid, name, geom from region where boundary_set_id = $1 and state_fips = any ($3)) as coming
         full join (select id, geoid, name, geom from region where active and layer = $2 and state_fips = any ($3)) as before
           on coming.geoid = before.geoid)
     select coalesce(array_agg(geoid order by geoid collate "C") filter (where kind = 'added'), '{}') as added,
            coalesce(array_agg(geoid order by geoid collate "C") filter (where kind = 'gone'), '{}') as gone,
            coalesce(array_agg(geoid order by geoid collate "C") filter (where kind = 'changed'), '{}') as changed,
            count(*) filter (where kind = 'same')::int as same
       from pair`,
    [boundarySetId, layer, states],
  );
  const [change = { added: [], gone: [], changed: [], same: 0 }] = rows;
  return { layer, ...change };
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
