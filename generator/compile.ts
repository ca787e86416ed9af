/** An environment and a release in, templates out. Pure: no clock, no network, no AWS client, nothing read but its arguments. */
import type { Environment, Environments } from '../environments/index.ts';
import { finish } from './cloudformation/document.ts';
import {
  type Outputs,
  pascalCase,
  type Release,
  type Scope,
  type Settings,
  type Stack,
} from './cloudformation/stack.ts';
import { Template } from './cloudformation/template.ts';
import { toYaml } from './cloudformation/yaml.ts';
import { executionRoleOutput } from './names.ts';
import { bootstrap } from './stacks/bootstrap.ts';
import { formerStacksOf, stacksOf } from './stacks/index.ts';

export type { Release } from './cloudformation/stack.ts';

export interface CompiledStack {
  /** `coalition-builder-nonproduction-network` */
  readonly stackName: string;
  /** `network` */
  readonly stack: string;
  /** `tiers/nonproduction/network.yaml`, relative to `templates/` */
  readonly path: string;
  /** The template, as YAML. */
  readonly body: string;
  /** For each parameter the output, of another stack, that its value is. */
  readonly parameters: Readonly<Record<string, { readonly stackName: string; readonly output: string }>>;
  /** Names of the stacks that must be there before. */
  readonly dependsOn: readonly string[];
  readonly capabilities: readonly Capability[];
  readonly tags: Readonly<Record<string, string>>;
  /** Of an environment's first stack: others that may be there from before, and that nothing changes any more. */
  readonly former?: readonly Place[];
  /** Something in it outlives the stack: no delete on failure. */
  readonly stateful: boolean;
  /** Whether the stack itself is to refuse deletion. */
  readonly protection: boolean;
  /**
   * The output that names the role with which CloudFormation is to change the stack: who deploys may hand on that role
   * and has hardly any rights besides. None for the account, which a person deploys with rights of their own.
   */
  readonly executionRole?: { readonly stackName: string; readonly output: string };
  /** Where each resource is written, by its logical id, nearest first: `generator/resources/vpc.ts:12`. Where asked for. */
  readonly sources?: ReadonlyMap<string, readonly string[]>;
}

export interface CompileOptions {
  /** Whether to note where each resource is written. The templates are the same either way. */
  readonly sources?: boolean;
}

/** What a stack is called, and where its template is, relative to `templates/`. */
export type Place = Pick<CompiledStack, 'stackName' | 'path'>;

export type Capability = 'CAPABILITY_IAM' | 'CAPABILITY_NAMED_IAM';

/** What the committed templates are compiled with, so that a release changes none of them. */
export const placeholderRelease: Release = {
  images: { lambda: `sha256:${'0'.repeat(64)}`, importer: `sha256:${'0'.repeat(64)}` },
};

/** @returns in the order of deployment: the tier's stacks, then the environment's own */
export function compile(
  environment: Environment,
  release: Release,
  options: CompileOptions = {},
): readonly CompiledStack[] {
  const { name, tier } = environment;
  const owners = { account: 'account', tier: tier.name, environment: name };
  const stacks = compileAll(stacksOf(tier), owners, { environment, tier, release }, tier.deletionProtection, options);
  const former = formerStacksOf(tier).map((stack) => placeOf(stack, owners));
  return stacks.map((stack, index) => (index === 0 && former.length > 0 ? Object.assign(stack, { former }) : stack));
}

/**
 * What is there once for all environments, and before any of them: `coalition-builder-bootstrap`. It is deployed on its
 * own, by a person; no other stack takes its outputs, and `compile()` does not list it.
 */
export function compileAccount(environments: Environments, options: CompileOptions = {}): readonly CompiledStack[] {
  const all = Object.values(environments);
  const tiers = [...new Set(all.map(({ tier }) => tier))];
  const owners = { account: 'account', tier: '', environment: '' };
  const settings = { account: environments.production.account, tiers, environments };
  return compileAll([bootstrap], owners, settings, true, options);
}

function compileAll<S extends Scope>(
  stacks: readonly Stack[],
  owners: Readonly<Record<Scope, string>>,
  settings: Settings[S],
  protection: boolean,
  options: CompileOptions,
): readonly CompiledStack[] {
  const produced = new Map<string, { readonly stackName: string; readonly outputs: Outputs }>();
  return stacks.map((stack) => {
    const owner = owners[stack.scope];
    const { stackName, path } = placeOf(stack, owners);
    const template = new Template(options);
    const outputs = stack.build(template, settings);

    const producer = (name: string) => {
      const found = produced.get(name);
      if (!found)
        throw new Error(`${stack.name} takes outputs of ${name}, which stacks/index.ts does not list before it.`);
      return found;
    };
    const { value, imports } = finish(template, stack.description, outputs, ({ stack: from, name }) => ({
      Type: Array.isArray(producer(from).outputs[name]) ? 'CommaDelimitedList' : 'String',
      Description: `${name} of ${producer(from).stackName}`,
    }));
    produced.set(stack.name, { stackName, outputs });

    let body: string | undefined;
    return {
      stackName,
      stack: stack.name,
      path,
      // Written when it is read: of a tier that two environments share, `npm run generate` reads one.
      get body() {
        body ??= `${header(stack, owner)}\n${toYaml(value)}`;
        return body;
      },
      parameters: Object.fromEntries(
        imports.map(({ stack: from, output, parameter }) => [
          parameter,
          { stackName: producer(from).stackName, output },
        ]),
      ),
      dependsOn: [...new Set(imports.map(({ stack: from }) => producer(from).stackName))],
      capabilities: capabilitiesOf(template.resources.values()),
      tags: {
        Project: 'coalition-builder',
        // Roles are let at what carries their tier's tag: what AWS gives ids has no name to tell it by.
        ...(stack.scope !== 'account' && { Tier: owners.tier }),
        ...(stack.scope === 'environment' && { Environment: owner }),
        ManagedBy: 'cloudformation',
      },
      stateful: [...template.resources.values()].some(
        // Versions are kept to go back to, but hold no data: a first deploy that fails may take them along.
        ({ type, declaration }) =>
          type !== 'AWS::Lambda::Version' && (declaration.DeletionPolicy ?? 'Delete') !== 'Delete',
      ),
      protection,
      ...(options.sources && { sources: template.sources }),
      ...(stack.scope !== 'account' && {
        executionRole: {
          stackName: `coalition-builder-${bootstrap.name}`,
          output: pascalCase(executionRoleOutput(owners.tier)),
        },
      }),
    };
  });
}

function placeOf({ name, scope }: Stack, owners: Readonly<Record<Scope, string>>): Place {
  const owner = owners[scope];
  return scope === 'account'
    ? { stackName: `coalition-builder-${name}`, path: `account/${name}.yaml` }
    : { stackName: `coalition-builder-${owner}-${name}`, path: `${scope}s/${owner}/${name}.yaml` };
}

function header({ name, scope }: Stack, owner: string): string {
  const environment = scope === 'tier' ? `environments/tiers/${owner}.ts` : `environments/${owner}.ts`;
  return `# Generated from generator/stacks/${name}.ts and ${environment}: edit those and run "npm run generate".`;
}

/** What CloudFormation wants acknowledged: that roles are made, and that they are given fixed names. */
export function capabilitiesOf(
  resources: Iterable<{ readonly type: string; readonly declaration: { readonly Properties?: object } }>,
): readonly Capability[] {
  const identities = [...resources].filter(({ type }) => type.startsWith('AWS::IAM::'));
  const names = ['RoleName', 'ManagedPolicyName', 'UserName', 'GroupName', 'InstanceProfileName'];
  const named = identities.some(({ declaration }) => names.some((name) => name in (declaration.Properties ?? {})));
  return identities.length === 0 ? [] : [named ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'];
}
