import assert from 'node:assert/strict';
import { growth, type Memory, mostGrowth } from './memory.ts';

describe('soak: growth of what one process holds', () => {
  /** Twenty measurements over 20,000 invocations. */
  const over = (heap: (at: number) => number): Memory[] =>
    Array.from({ length: 20 }, (_, at) => ({ heap: heap(at), external: 1e6, resident: 90e6 }));

  it('is what each invocation leaves behind', () => {
    const { heap, external, resident } = growth(
      over((at) => 20e6 + at * 1_000 * 100),
      20_000,
    );
    assert.ok(Math.abs(heap - 100) < 1e-6, String(heap));
    assert.deepEqual([external, resident], [0, 0]);
    assert.ok(heap > mostGrowth.heap);
  });

  it('is not what caches take at first, nor what comes and goes', () => {
    const noisy = over((at) => Math.min(20e6, 15e6 + at * 1e6) + (at % 2) * 100e3);
    assert.ok(growth(noisy, 20_000).heap < mostGrowth.heap);
  });
});
