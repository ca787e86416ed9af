/**
 * A request of AWS's Query protocol, read by the service model: form fields such as `Tags.member.1.Key=a` become a value.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
import { violates } from '../fault.ts';
import type { Shape } from './model.ts';

type Tree = { text?: string; branches: Map<string, Tree> };

/** @throws a ValidationError that names the first required member that is missing */
export function readQuery(shape: Shape, fields: URLSearchParams): Record<string, unknown> {
  const tree: Tree = { branches: new Map() };
  for (const [path, text] of fields) {
    let node = tree;
    for (const step of path.split('.')) {
      const next: Tree = node.branches.get(step) ?? { branches: new Map() };
      node.branches.set(step, next);
      node = next;
    }
    node.text = text;
  }
  return read(shape, tree, '') as Record<string, unknown>;
}

function read(shape: Shape, tree: Tree, path: string): unknown {
  if (shape.kind === 'structure') {
    const value: Record<string, unknown> = {};
    for (const [name, member] of shape.members()) {
      const branch = tree.branches.get(name);
      const place = path ? `${path}.${lowerFirst(name)}` : lowerFirst(name);
      if (branch) value[name] = read(member.shape, branch, place);
      else if (member.required) throw violates(place, null, 'not be null');
    }
    return value;
  }
  if (shape.kind === 'list') {
    const members = [...(tree.branches.get('member')?.branches ?? [])].sort(([a], [b]) => Number(a) - Number(b));
    return members.map(([index, branch]) => read(shape.member, branch, `${path}.${index}.member`));
  }
  const text = tree.text ?? '';
  if (shape.kind === 'boolean') return text === 'true';
  if (shape.kind === 'number') return Number(text);
  if (shape.kind === 'time') return new Date(text);
  return text;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
