/** Templates as YAML: short tags (`!Ref`), keys in the order in which they were written, no anchors. */
import {
  COLLECTION_STYLE_FLOW,
  DUMP_SCHEMA,
  defineScalarTag,
  defineSequenceTag,
  dump,
  SCALAR_STYLE_SINGLE_QUOTED,
  visit,
} from 'js-yaml';
import { Expression, type FunctionName } from './expression.ts';

// js-yaml's CORE_SCHEMA would leave `on`, `12:30` and `2010-09-09` bare, which readers of YAML 1.1 (CloudFormation is
// one) take for a boolean, a number and a date. DUMP_SCHEMA quotes whatever either version could misread.
const schema = DUMP_SCHEMA.withTags(
  (['Ref', 'GetAtt', 'Sub', 'GetAZs'] as const).map((name) =>
    defineScalarTag(`!${name}`, { resolve: String, identify: isCallOf(name), represent: ({ argument }) => argument }),
  ),
  (['Join', 'Select', 'Cidr'] as const).map((name) =>
    defineSequenceTag(`!${name}`, {
      create: () => [],
      addItem: () => {},
      identify: isCallOf(name),
      represent: ({ argument }) => argument,
    }),
  ),
);

export function toYaml(value: unknown): string {
  return dump(value, {
    schema,
    noRefs: true,
    lineWidth: -1,
    transform: (documents) =>
      visit(documents, (node) => {
        // A call on one line: `!Select [0, !GetAZs '']`. Without its quotes an empty argument would be null.
        if (node.kind === 'sequence' && node.tagged) node.style = COLLECTION_STYLE_FLOW;
        if (node.kind === 'scalar' && node.tagged && node.value === '') node.style = SCALAR_STYLE_SINGLE_QUOTED;
      }),
  });
}

function isCallOf(name: FunctionName) {
  return (value: unknown) => value instanceof Expression && value.name === name;
}
