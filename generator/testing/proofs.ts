/** How a proof is tried: on the templates as they are, and on each with one mistake in it. */
import assert from 'node:assert/strict';
import { type Platform, platformOf } from '../platform/platform.ts';
import type { Proof } from '../proofs/proof.ts';
import { committed, type Documents, type Draft, mutated } from './committed.ts';

export type Prover = (platform: Platform) => Proof | Promise<Proof>;

/** What is wrong, which template, how it comes about, and what the proof has to say of it. */
export type Mistake = readonly [what: string, path: string, change: (template: Draft) => void, found: RegExp];

export async function findings(prove: Prover, documents: Documents = committed): Promise<readonly string[]> {
  const { claims } = await prove(platformOf(documents));
  return claims.flatMap((claim) => claim.findings.map(({ where, what }) => `${where} ${what}`));
}

export function rejects(prove: Prover, mistakes: readonly Mistake[]): void {
  for (const [what, path, change, found] of mistakes) {
    it(`rejects ${what}`, async () => {
      const all = await findings(prove, mutated(path, change));
      assert.ok(all.length > 0, 'nothing was found');
      assert.match(all.join('\n'), found);
    });
  }
}

/** Takes a resource out of its template. */
export function without(id: string): (template: Draft) => void {
  return (template) => {
    assert.ok(template.Resources[id], `there is no ${id}`);
    delete template.Resources[id];
  };
}
