import assert from 'node:assert/strict';
import type { District } from './regions.js';
import { tintCount, tintNeighbours } from './tints.js';

describe('tints', () => {
  it('gives neighbours different tints', () => {
    const side = 12;
    const districts = Array.from({ length: side * side }, (_, i) => square(i % side, Math.floor(i / side)));
    const tints = tintNeighbours(districts);
    const at = (x: number, y: number) => tints[y * side + x];
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const tint = at(x, y);
        assert.ok(tint !== undefined && tint >= 0 && tint < tintCount);
        if (x + 1 < side) assert.notEqual(tint, at(x + 1, y), `${x},${y} and its eastern neighbour`);
        if (y + 1 < side) assert.notEqual(tint, at(x, y + 1), `${x},${y} and its northern neighbour`);
      }
    }
    assert.equal(new Set(tints).size, tintCount, 'all tints are used');
  });

  function square(x: number, y: number): District {
    const [west, south, east, north] = [x - 90, y + 30, x - 89, y + 31];
    const ring = [west, south, east, south, east, north, west, north, west, south];
    const points = Array.from({ length: 5 }, (_, i) => ring.slice(2 * i, 2 * i + 2));
    return {
      type: 'Feature',
      properties: { geoid: `${x}-${y}`, name: '', vintage: 2024 },
      geometry: { type: 'Polygon', coordinates: [points] },
    };
  }
});
