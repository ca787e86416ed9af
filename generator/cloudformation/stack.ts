/** A kind of stack: what it is called, how its template is written, and what it hands on to other stacks. */
import type { AccountDefinition, Environment, Environments, Tier } from '../../environments/index.ts';
import { type Expression, Reference } from './expression.ts';
import type { Template } from './template.ts';

/** The container images that a release consists of, as digests: `sha256:…`. */
export interface Release {
  readonly images: { readonly lambda: string; readonly importer: string };
}

/** What a stack of each scope may read. A tier's stacks know nothing of single environments but their names. */
export interface Settings {
  readonly account: {
    readonly account: AccountDefinition;
    readonly tiers: readonly Tier[];
    readonly environments: Environments;
  };
  readonly tier: { readonly tier: Tier; readonly release: Release };
  readonly environment: { readonly environment: Environment; readonly tier: Tier; readonly release: Release };
}
export type Scope = keyof Settings;

/** What a stack hands on, by name; a list is handed on as one text with commas. */
export type Outputs = Readonly<Record<string, Expression | readonly Expression[]>>;

interface StackDefinition<S extends Scope, O extends Outputs> {
  /** Also the name of its file in `generator/stacks/`. */
  readonly name: string;
  readonly scope: S;
  readonly description: string;
  build(template: Template, settings: Settings[S]): O;
}

export interface Stack<S extends Scope = Scope, O extends Outputs = Outputs> extends StackDefinition<S, O> {
  /** What another stack's code writes to be handed the value: a Parameter there, an Output here. */
  output<Name extends keyof O & string>(
    name: Name,
  ): Reference<Extract<O[Name], readonly unknown[]> extends never ? string : readonly string[]>;
}

/** An output of one stack, as another stack sees it. */
export class StackOutput {
  readonly stack: string;
  /** As the producer's code calls it: `dataSecurityGroupId`. */
  readonly name: string;
  /** As in the producer's template: `DataSecurityGroupId`. */
  readonly output: string;
  /** As in the consumer's template: `NetworkDataSecurityGroupId`. */
  readonly parameter: string;

  constructor(stack: string, name: string) {
    this.stack = stack;
    this.name = name;
    this.output = pascalCase(name);
    this.parameter = pascalCase(stack) + this.output;
  }
}

export function defineStack<S extends Scope, O extends Outputs>(definition: StackDefinition<S, O>): Stack<S, O> {
  return {
    ...definition,
    output(name) {
      const source = new StackOutput(definition.name, name);
      return new Reference('Ref', source.parameter, [source]);
    },
  };
}

/** `dataSubnetIds` -> `DataSubnetIds`, `rate-limits` -> `RateLimits`. */
export function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
