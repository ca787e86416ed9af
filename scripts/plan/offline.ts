/** Two templates compared, in the words of a change set: what can be told without asking AWS. Pure. */

import { recreation } from '../../generator/cloudformation/create-only.ts';
import {
  type ResourceDocument,
  readTemplate,
  type TemplateDocument,
} from '../../generator/cloudformation/read-yaml.ts';
import type { DescribedChange, DescribedDetail } from './described.ts';
import { canonical } from './values.ts';

const attributes = ['Metadata', 'DeletionPolicy', 'UpdateReplacePolicy'] as const;

/** @param before and after: bodies that the generator wrote */
export function describeOffline(
  before: string,
  after: string,
): { readonly changes: readonly DescribedChange[]; readonly isEmpty: boolean } {
  const [old, now] = [readTemplate(before), readTemplate(after)];
  const replaced = new Set<string>();
  let changes: readonly DescribedChange[] = [];
  // What refers to a replaced resource may be replaced too, and so on.
  for (let known = -1; known !== replaced.size; ) {
    known = replaced.size;
    changes = compare(old, now, replaced);
  }
  const around = ({ Parameters, Outputs }: TemplateDocument) => canonical([Parameters ?? {}, Outputs ?? {}]);
  return { changes, isEmpty: changes.length === 0 && around(old) === around(now) };
}

function compare(old: TemplateDocument, now: TemplateDocument, replaced: Set<string>): DescribedChange[] {
  const ids = new Set([...Object.keys(old.Resources), ...Object.keys(now.Resources)]);
  return [...ids].sort().flatMap((id): DescribedChange[] => {
    const [was, is] = [old.Resources[id], now.Resources[id]];
    const around = { LogicalResourceId: id, ResourceType: (is ?? was)?.Type };
    if (!is)
      return [{ ResourceChange: { ...around, Action: 'Remove', PolicyAction: policy('', was?.DeletionPolicy) } }];
    if (!was) return [{ ResourceChange: { ...around, Action: 'Add', AfterContext: context(is) } }];
    const details = detailsOf(was, is, replaced);
    if (details.length === 0) return [];
    const needs = details.map(({ Target }) => Target?.RequiresRecreation);
    const Replacement = needs.includes('Always') ? 'True' : needs.includes('Conditionally') ? 'Conditional' : 'False';
    if (Replacement !== 'False') replaced.add(id);
    const fate = Replacement === 'True' ? { PolicyAction: policy('ReplaceAnd', is.UpdateReplacePolicy) } : {};
    const contexts = { BeforeContext: context(was), AfterContext: context(is) };
    return [{ ResourceChange: { ...around, Action: 'Modify', Replacement, ...fate, Details: details, ...contexts } }];
  });
}

function detailsOf(was: ResourceDocument, is: ResourceDocument, replaced: ReadonlySet<string>): DescribedDetail[] {
  const names = new Set([...Object.keys(was.Properties ?? {}), ...Object.keys(is.Properties ?? {})]);
  const properties = [...names].sort().flatMap((name): DescribedDetail[] => {
    const [before, after] = [was.Properties?.[name], is.Properties?.[name]];
    const cause = [...replaced].find((id) => refersTo(after, id));
    const differs = canonical(before) !== canonical(after);
    if (!differs && cause === undefined) return [];
    const needs = recreation(is.Type, name);
    const RequiresRecreation = needs === 'never' ? 'Never' : needs === 'always' && differs ? 'Always' : 'Conditionally';
    return [
      {
        Target: { Attribute: 'Properties', Name: name, RequiresRecreation },
        Evaluation: differs ? 'Static' : 'Dynamic',
        ...(!differs && { ChangeSource: 'ResourceReference', CausingEntity: cause }),
      },
    ];
  });
  const others = attributes
    .filter((name) => canonical(was[name]) !== canonical(is[name]))
    .map((Attribute) => ({ Target: { Attribute, RequiresRecreation: 'Never' }, Evaluation: 'Static' }));
  return [...properties, ...others];
}

/** By `Ref`, `Fn::GetAtt` or `Fn::Sub`; the reader of templates writes all of them in their long form. */
function refersTo(value: unknown, id: string): boolean {
  const text = JSON.stringify(value) ?? '';
  return (
    text.includes(`{"Ref":"${id}"}`) ||
    text.includes(`{"Fn::GetAtt":["${id}",`) ||
    new RegExp(`\\$\\{${id}[.}]`).test(text)
  );
}

const context = ({ Type: _, ...rest }: ResourceDocument) => JSON.stringify(rest);

const policy = (prefix: '' | 'ReplaceAnd', name = 'Delete') =>
  `${prefix}${name.startsWith('Retain') ? 'Retain' : name}`;
