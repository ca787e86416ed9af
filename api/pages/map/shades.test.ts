import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

type Colour = readonly [number, number, number];

/**
 * How linear red, green and blue are seen: Machado, Oliveira, Fernandes 2009, "A Physiologically-based Model for
 * Simulation of Color Vision Deficiency", severity 1.0.
 */
const eyes: Readonly<Record<string, readonly Colour[]>> = {
  'all three colours': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'no red (protanopia)': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'no green (deuteranopia)': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'no blue (tritanopia)': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
  'no colours at all': [
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722],
  ],
};

const css = readFileSync(new URL('../look/colours.css', import.meta.url), 'utf8');
const schemes = { light: css.split('@media')[0] ?? '', dark: css.split('@media')[1] ?? '' };

/** @returns linear sRGB */
function colour(scheme: string, name: string): Colour {
  const hex =
    new RegExp(`--map-${name}: #([0-9a-f]{6});`).exec(scheme)?.[1] ?? assert.fail(`There is no --map-${name}.`);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return [red, green, blue];
}

const times = (matrix: readonly Colour[], [x, y, z]: Colour): Colour => {
  const [a = 0, b = 0, c = 0] = matrix.map(([p, q, r]) => Math.min(1, Math.max(0, p * x + q * y + r * z)));
  return [a, b, c];
};

/** Oklab (Björn Ottosson): its distances are about those that are seen; black and white are 1 apart. */
function oklab(linear: Colour): Colour {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    linear,
  );
  const [l, m, s] = cones.map(Math.cbrt) as unknown as Colour;
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const distance = (a: Colour, b: Colour) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

describe('the map’s shades', () => {
  for (const [scheme, rules] of Object.entries(schemes)) {
    for (const [eye, matrix] of Object.entries(eyes)) {
      it(`are told apart in the ${scheme} by eyes that see ${eye}`, () => {
        const seen = (name: string) => oklab(times(matrix, colour(rules, name)));
        const shades = [0, 1, 2, 3, 4].map((shade) => seen(`shade-${shade}`));
        const lightness = shades.map(([light]) => light);
        const inOrder = lightness.toSorted((a, b) => (scheme === 'light' ? b - a : a - b));
        assert.deepEqual(lightness, inOrder, 'more is a step further from the page each time');
        const all = [...shades, seen('zero')];
        // A tenth is what one sees at a glance; 0.02 can just be seen side by side.
        for (const [one, a] of all.entries())
          for (const [other, b] of all.entries())
            if (one < other) assert.ok(distance(a, b) > 0.07, `${one} and ${other}: ${distance(a, b).toFixed(3)}`);
      });
    }

    it(`are not taken for a place without data in the ${scheme}`, () => {
      const nothing = oklab(colour(rules, 'nothing'));
      for (const name of ['shade-0', 'shade-1', 'shade-2', 'shade-3', 'shade-4', 'zero', 'water'])
        assert.ok(distance(nothing, oklab(colour(rules, name))) > 0.06, name);
      const [[hatch], [ground]] = [oklab(colour(rules, 'hatch')), oklab(colour(rules, 'zero'))];
      assert.ok(Math.abs(hatch - ground) > 0.4, 'hatching is seen on its ground');
    });
  }
});
