/** What of a template a Plan needs beside its changes, read from its text line by line: parsing YAML takes far longer. */
import type { TemplateFacts } from './changes.ts';

/** @param body a template that the generator wrote: two spaces a level, each logical id on a line of its own */
export function factsOf(body: string): ReadonlyMap<string, TemplateFacts> {
  const facts = new Map<string, Fact>();
  let section = '';
  let current: Fact | undefined;
  body.split('\n').forEach((text, index) => {
    section = /^(\w+):/.exec(text)?.[1] ?? section;
    if (section !== 'Resources') return;
    const [, logicalId, flow] = /^ {2}(\w+):(.*)$/.exec(text) ?? [];
    if (logicalId !== undefined) {
      current = { type: attribute('Type', flow ?? '') ?? '', line: index + 1 };
      facts.set(logicalId, current);
      for (const [name, key] of policies) keep(current, key, attribute(name, flow ?? ''));
      return;
    }
    const [, name = '', value = ''] = /^ {4}(\w+): (.+)$/.exec(text) ?? [];
    if (current && name === 'Type') current.type = value;
    const key = policies.get(name);
    if (current && key) keep(current, key, value);
  });
  return facts;
}

type Fact = { -readonly [K in keyof TemplateFacts]: TemplateFacts[K] };

const policies = new Map([
  ['DeletionPolicy', 'deletionPolicy'],
  ['UpdateReplacePolicy', 'updateReplacePolicy'],
] as const) as ReadonlyMap<string, 'deletionPolicy' | 'updateReplacePolicy'>;

function keep(fact: Fact, key: 'deletionPolicy' | 'updateReplacePolicy', value: string | undefined): void {
  if (value !== undefined) fact[key] = value;
}

/** Of a resource in one line: `Topic: {Type: AWS::SNS::Topic, DeletionPolicy: Retain}`. */
function attribute(name: string, flow: string): string | undefined {
  return flow === '' ? undefined : new RegExp(`[{,] ?${name}: ([\\w:]+)`).exec(flow)?.[1];
}
