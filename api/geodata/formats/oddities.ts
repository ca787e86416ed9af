/** Counts what the shapes of a layer had that they should not have, for its notices. */
import { count } from './fault.ts';
import type { Shape } from './shp.ts';

const kinds = {
  closed: ['unclosed ring', 'closed'],
  dropped: ['ring', 'left out for enclosing nothing'],
  byNesting: ['shape', 'read by how rings nest, for their direction is wrong'],
} as const;

type Kind = keyof typeof kinds;

export class Oddities {
  readonly #found = new Map<Kind, { many: number; first: number }>();

  add(shape: Shape): void {
    if (shape.closed === 0 && shape.dropped === 0 && !shape.byNesting) return;
    for (const kind of Object.keys(kinds) as Kind[]) {
      const many = Number(shape[kind]);
      if (many === 0) continue;
      const { many: before, first } = this.#found.get(kind) ?? { many: 0, first: shape.record };
      this.#found.set(kind, { many: before + many, first });
    }
  }

  notices(): string[] {
    return Array.from(this.#found, ([kind, { many, first }]) => {
      const [noun, done] = kinds[kind];
      return `${count(many, noun)} ${done} (first in record ${first}).`;
    });
  }
}
