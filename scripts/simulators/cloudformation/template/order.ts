/** What has to be there before what: the order in which resources are made. */
import { invalid } from '../fault.ts';
import { references } from './references.ts';
import type { ResourceDefinition, Template } from './template.ts';

/** @returns the logical ids that `definition` waits for: those it names, and those in its `DependsOn` */
export function dependencies(definition: ResourceDefinition, template: Template): readonly string[] {
  const { DependsOn = [], ...rest } = definition;
  const named = [...references(rest)].map(({ target }) => target);
  const explicit = Array.isArray(DependsOn) ? DependsOn.map(String) : [String(DependsOn)];
  return [...new Set([...named, ...explicit])].filter((id) => Object.hasOwn(template.Resources, id));
}

/**
 * @returns logical ids, each after everything it waits for
 * @throws a ValidationError that names the circle
 */
export function creationOrder(template: Template): readonly string[] {
  const order: string[] = [];
  const path: string[] = [];
  const visit = (id: string) => {
    if (order.includes(id)) return;
    if (path.includes(id)) {
      const circle = path.slice(path.indexOf(id)).sort();
      throw invalid(`Circular dependency between resources: [${circle.join(', ')}]`);
    }
    path.push(id);
    const definition = template.Resources[id];
    if (definition) dependencies(definition, template).forEach(visit);
    path.pop();
    order.push(id);
  };
  Object.keys(template.Resources).sort().forEach(visit);
  return order;
}
