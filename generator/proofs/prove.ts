/** Every proof, of the templates as texts: what is sent to CloudFormation, and nothing that the generator knows besides. */
import { environments } from '../../environments/index.ts';
import { readTemplate } from '../cloudformation/read-yaml.ts';
import { compile, compileAccount, placeholderRelease } from '../compile.ts';
import { platformOf } from '../platform/platform.ts';
import { templates } from '../templates.ts';
import { dataSafety } from './data-safety.ts';
import { limits } from './limits.ts';
import { exposure } from './network/exposure.ts';
import { reachability } from './network/reachability.ts';
import { leastPrivilege } from './privilege/least-privilege.ts';
import type { Proof } from './proof.ts';
import { reproducibility } from './reproducibility.ts';

/** @param bodies the templates by path relative to `templates/` */
export async function prove(bodies: ReadonlyMap<string, string>): Promise<readonly Proof[]> {
  const platform = platformOf(new Map([...bodies].map(([path, body]) => [path, readTemplate(body)])));
  return [
    reachability(platform),
    exposure(platform),
    await leastPrivilege(platform),
    dataSafety(platform, terminationProtected()),
    limits(platform, bodies),
    reproducibility(bodies, [templates(), templates()]),
  ];
}

/** What a deploy switches on for each stack: no template can say it. */
function terminationProtected(): ReadonlyMap<string, boolean> {
  const stacks = [
    ...compileAccount(environments),
    ...Object.values(environments).flatMap((environment) => compile(environment, placeholderRelease)),
  ];
  return new Map(stacks.map(({ path, protection }) => [path, protection]));
}
