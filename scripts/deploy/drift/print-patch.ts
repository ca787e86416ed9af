/** What was changed by hand, as a patch of environments/ on stdout; what stays to be done by a person, on stderr. */
import { readFile } from 'node:fs/promises';
import type { Environment } from '../../../environments/index.ts';
import type { Plan } from '../../plan/plan.ts';
import { dim, yellow } from '../../terminal/style.ts';
import { type Adoption, adoptionsOf } from './adopt.ts';
import { patchOf, withValue } from './source-patch.ts';

const root = new URL('../../../', import.meta.url);

export async function printPatch(
  targets: readonly { readonly name: string; readonly environment: Environment }[],
  plans: ReadonlyMap<string, Plan>,
): Promise<void> {
  const said = new Set<string>();
  // Two environments share the stacks of their tier.
  const say = (line: string) => {
    if (!said.has(line)) process.stderr.write(`${line}\n`);
    said.add(line);
  };
  const adopted = new Map<string, Adoption>();
  for (const { name, environment } of targets) {
    for (const plan of plans.get(name)?.stacks ?? []) {
      for (const { logicalId } of plan.changes.filter(({ drift }) => drift === 'deleted'))
        say(
          `${yellow('!')} ${plan.stackName} ${logicalId} was deleted by hand: take it out of generator/, or take that back`,
        );
      const found = adoptionsOf(environment, plan);
      for (const each of found.adopted) adopted.set(`${each.file} ${each.key.join('.')}`, each);
      for (const { logicalId, property, definedAt } of found.not)
        say(
          `${yellow('!')} ${plan.stackName} ${logicalId} ${property}: nothing in environments/ says it${definedAt === undefined ? '' : `; ${definedAt} does`}`,
        );
    }
  }
  for (const [file, own] of Map.groupBy(adopted.values(), (adoption) => adoption.file)) {
    const before = await readFile(new URL(file, root), 'utf8');
    let after = before;
    for (const { key, value, others } of own) {
      const more = others > 0 ? dim(`  ${others} more of its resources change with it`, process.stderr) : '';
      say(`  ${file} ${key.join('.')}: ${JSON.stringify(value)}${more}`);
      const written = withValue(after, key, value);
      if (written === undefined)
        say(`${yellow('!')} ${file} is not written as this can be read: put it there yourself`);
      else after = written;
    }
    process.stdout.write(patchOf(file, before, after));
  }
  if (adopted.size > 0) say('Apply it, npm run generate, and deploy: then it is as the templates say, and no drift.');
}
