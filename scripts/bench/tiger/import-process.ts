/**
 * The importer as a process of its own: `node import-process.ts <url> regions|all <zip> …`. With `regions` it stops where
 * its peers do, at checked regions in a table with its spatial index (of several vintages of a layer the last one is in it,
 * as it is the one in force); what else an import does (repair, outlines, cells
 * for lookups, what changed, who moved) comes with `all`. Prints the seconds of each step as JSON.
 */
import { openServer } from '../../../api/database/database.ts';
import { transaction } from '../../../api/database/transaction.ts';
import { describeFile } from '../../../api/geodata/catalogue/catalogue.ts';
import { type Layer, openLayer } from '../../../api/geodata/formats/layer.ts';
import { stageFile, stageRegions } from '../../../api/geodata/load/stage.ts';
import { type Activation, activate, scopesOf, switchTo } from '../../../api/geodata/load/switch.ts';

const [url = '', steps = '', ...zips] = process.argv.slice(2);
const database = await openServer(url, { connections: 1, statementTimeoutMs: 0 });
const seconds: Record<string, number> = {};
let step = '';
let since = performance.now();
function enter(next: string): void {
  if (next === step) return;
  const now = performance.now();
  if (step !== '') seconds[step] = (seconds[step] ?? 0) + (now - since) / 1000;
  [step, since] = [next, now];
}

const stage = steps === 'all' ? stageFile : stageRegions;
const activations: Activation[] = [];
// As the importer itself does: while one file goes into the database, the next is opened.
let next = opened(zips[0]);
for (const [index] of zips.entries()) {
  enter('opening');
  const layer = await next;
  if (!layer) break;
  next = opened(zips[index + 1]);
  const file = describeFile(
    layer.name,
    layer.fields.map(({ name }) => name),
  );
  const staged = await transaction(database, (client) =>
    stage(client, database, layer, file, '0'.repeat(64), { onProgress: enter }),
  );
  activations.push({ boundarySetId: staged.boundarySetId, states: undefined });
}
enter('switching');
await transaction(database, async (client) => {
  if (steps === 'all') await switchTo(client, database, activations, { onProgress: enter });
  else for (const scope of await scopesOf(client, activations)) await activate(client, scope);
});
enter('');
await database.close();
process.stdout.write(JSON.stringify(seconds));

async function opened(zip: string | undefined): Promise<Layer | undefined> {
  return zip === undefined ? undefined : await openLayer(zip);
}
