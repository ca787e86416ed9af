/** The template of one stack while it is being written: resources in the order in which they are added. */
import type { Declaration, Resource, ResourceType } from './resource.ts';
import { callersIn } from './source.ts';

export class Template {
  readonly resources = new Map<string, Resource>();
  /** Where each resource was added, nearest first; empty unless that is asked for. */
  readonly sources = new Map<string, readonly string[]>();
  private readonly recordsSources: boolean;

  constructor({ sources = false } = {}) {
    this.recordsSources = sources;
  }

  /** @param id the logical id; renaming it replaces the resource */
  add<const T extends ResourceType>(id: string, declaration: Declaration<T>): Resource<T> {
    if (!/^[A-Za-z][A-Za-z0-9]*$/.test(id)) throw new Error(`"${id}" cannot be a logical id: letters and digits only.`);
    if (this.resources.has(id)) throw new Error(`Two resources of one stack are called ${id}.`);
    const resource: Resource<T> = Object.freeze({ id, type: declaration.Type, declaration, template: this });
    this.resources.set(id, resource);
    if (this.recordsSources) this.sources.set(id, callersIn(['generator/resources/', 'generator/stacks/']));
    return resource;
  }
}
