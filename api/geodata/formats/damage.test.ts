import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Feature, FormatError, openLayer } from './layer.ts';
import { edgeFolder, scratchFolder } from './testing/files.ts';
import { readEwkb } from './testing/geometry.ts';
import { writeZip } from './testing/zip-writer.ts';
import { openZip, readWhole } from './zip.ts';

/**
 * Copies of real files with bits flipped and ends cut off. Whatever the damage: the right features, or a FormatError; never
 * another exception, and never endless.
 */
describe('Damaged files', function () {
  /** Of each original, so that all tests together take some two seconds; COPIES=1000 on request. SEED repeats a run. */
  const copies = Number(process.env.COPIES ?? 25);
  const seed = Number(process.env.SEED ?? 20_241_123);
  this.timeout(20_000 + copies * 500);
  const write = scratchFolder();
  const originals = ['antimeridian_02016', 'cpg_lies', 'null_shape', 'stored_macosx'].map((name) =>
    join(edgeFolder, `${name}.zip`),
  );

  for (const [what, damage] of [
    ['cut off', (zip: Buffer, random: Random) => zip.subarray(0, random(zip.length))],
    ['with a flipped bit', (zip: Buffer, random: Random) => flipped(zip, random, 1)],
    ['with many flipped bits', (zip: Buffer, random: Random) => flipped(zip, random, 40)],
  ] as const) {
    it(`zips ${what} give the right features or an error`, async () => {
      const random = seeded(seed);
      let refused = 0;
      for (const original of originals) {
        const right = await features(original);
        for (let copy = 0; copy < copies; copy++) {
          const path = write('damaged.zip', damage(readFileSync(original), random));
          const read = await features(path);
          if (read === 'refused') refused++;
          else assert.deepEqual(read, right);
        }
      }
      assert.ok(refused > copies, `${refused} were refused`);
    });
  }

  for (const extension of ['.shp', '.dbf']) {
    it(`${extension} files damaged before they were zipped give well-formed features or an error`, async () => {
      const random = seeded(seed + 1);
      let refused = 0;
      for (const original of originals) {
        const { members, file } = await openZip(original);
        const contents = await Promise.all(
          members.map(async (member) => ({ path: member.path, content: await readWhole(member, { file }) })),
        );
        for (let copy = 0; copy < copies; copy++) {
          const damaged = contents.map(({ path, content }) => ({
            path,
            // The first kilobyte holds what the rest is understood by: the headers, counts and lengths.
            content: path.endsWith(extension) ? flipped(content, random, 1 + random(4), 1024) : content,
          }));
          const read = await features(write('damaged.zip', writeZip(damaged)));
          if (read === 'refused') refused++;
          else for (const { geometry } of read) if (geometry) readEwkb(geometry);
        }
      }
      assert.ok(refused > copies / 3 && refused < 4 * copies, `${refused} were refused`);
    });
  }
});

async function features(path: string): Promise<Feature[] | 'refused'> {
  try {
    return await Array.fromAsync((await openLayer(path)).features());
  } catch (error) {
    if (error instanceof FormatError) return 'refused';
    throw error;
  }
}

function flipped(bytes: Buffer, random: Random, bits: number, within = bytes.length): Buffer {
  const damaged = Buffer.from(bytes);
  for (let bit = 0; bit < bits; bit++) {
    const at = random(Math.min(within, damaged.length));
    damaged[at] = (damaged[at] ?? 0) ^ (1 << random(8));
  }
  return damaged;
}

/** A whole number from 0 to below `limit`. */
type Random = (limit: number) => number;

/** The same numbers in every run: a linear congruential generator, of which only the upper bits are used. */
function seeded(seed: number): Random {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
