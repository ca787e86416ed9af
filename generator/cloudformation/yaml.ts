/** Templates as YAML: short tags (`!Ref`), keys in the order in which they were written, no anchors. */
import {
  COLLECTION_STYLE_BLOCK,
  COLLECTION_STYLE_FLOW,
  DUMP_SCHEMA,
  type Node,
  present,
  SCALAR_STYLE_PLAIN,
  SCALAR_STYLE_SINGLE_QUOTED,
} from 'js-yaml';
import { Expression } from './expression.ts';

/**
 * The nodes are made here, and js-yaml writes them: finding out what each value is by asking every tag of a schema took
 * a third of `npm run generate`.
 */
export function toYaml(value: unknown): string {
  // js-yaml's CORE_SCHEMA would leave `on`, `12:30` and `2010-09-09` bare, which readers of YAML 1.1 (CloudFormation is
  // one) take for a boolean, a number and a date. DUMP_SCHEMA quotes whatever either version could misread.
  // Lists are not indented: CloudFormation counts bytes, and a twelfth of the account's template was such spaces.
  return present([{ contents: node(value), directives: [] }], {
    schema: DUMP_SCHEMA,
    lineWidth: -1,
    seqNoIndent: true,
  });
}

function node(value: unknown): Node {
  if (typeof value === 'string') return scalar('str', value);
  if (typeof value === 'number') return scalar(Number.isInteger(value) ? 'int' : 'float', String(value));
  if (typeof value === 'boolean') return scalar('bool', String(value));
  if (value instanceof Expression) return call(value);
  if (Array.isArray(value)) return sequence('tag:yaml.org,2002:seq', value);
  if (typeof value !== 'object' || value === null) throw new TypeError(`${value} cannot stand in a template.`);
  return {
    kind: 'mapping',
    tag: 'tag:yaml.org,2002:map',
    tagged: false,
    style: COLLECTION_STYLE_BLOCK,
    items: Object.entries(value).flatMap(([key, item]) =>
      item === undefined ? [] : [{ key: scalar('str', key), value: node(item) }],
    ),
  };
}

/** A call on one line: `!Select [0, !GetAZs '']`. Without its quotes an empty argument would be null. */
function call({ name, argument }: Expression): Node {
  if (Array.isArray(argument)) return { ...sequence(`!${name}`, argument), tagged: true, style: COLLECTION_STYLE_FLOW };
  const style = argument === '' ? SCALAR_STYLE_SINGLE_QUOTED : SCALAR_STYLE_PLAIN;
  return { ...scalar('str', String(argument)), tag: `!${name}`, tagged: true, style };
}

function scalar(type: 'str' | 'int' | 'float' | 'bool', value: string) {
  return { kind: 'scalar', tag: `tag:yaml.org,2002:${type}`, tagged: false, style: SCALAR_STYLE_PLAIN, value } as const;
}

function sequence(tag: string, items: readonly unknown[]) {
  return { kind: 'sequence', tag, tagged: false, style: COLLECTION_STYLE_BLOCK, items: items.map(node) } as const;
}
