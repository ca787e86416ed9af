/** What one process of the Lambda holds, invocation after invocation, and whether that grows. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lambdaBundle } from './lambda.ts';

/** Bytes, after a collection. */
export interface Memory {
  readonly heap: number;
  /** Buffers. */
  readonly external: number;
  readonly resident: number;
}

/** Bytes that each invocation leaves behind, over the second half of the way: the first fills caches. */
export interface Growth {
  readonly heap: number;
  readonly external: number;
  readonly resident: number;
}

/** An object of two fields that is kept takes 40 bytes; pages that the allocator keeps come and go. */
export const mostGrowth: Growth = { heap: 40, external: 40, resident: 400 };

/**
 * Puts a handler beside the bundle's that also tells what its process holds: `{"memory": true}`. The bundle stays as it is.
 * @returns its name
 */
export async function measuredHandler(): Promise<string> {
  const code = `import { setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    import { handler as answer } from './lambda.mjs';
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    export async function handler(event, context) {
      if (event?.memory !== true) return answer(event, context);
      for (let turn = 0; turn < 3; turn++) {
        await new Promise((resolve) => setImmediate(resolve));
        collect();
      }
      const { heapUsed, external, rss } = process.memoryUsage();
      return { heap: heapUsed, external, resident: rss };
    }`;
  writeFileSync(join((await lambdaBundle()).folder, 'measured.mjs'), code);
  return 'measured.handler';
}

/** @param memory measured at equal distances over so many invocations */
export function growth(memory: readonly Memory[], invocations: number): Growth {
  const distance = invocations / memory.length;
  const half = memory.slice(memory.length >> 1);
  const of = (name: keyof Memory) => slope(half.map((each) => each[name])) / distance;
  return { heap: of('heap'), external: of('external'), resident: of('resident') };
}

/** Of the line with the least squares, for each step. */
function slope(values: readonly number[]): number {
  const [x, y] = [(values.length - 1) / 2, values.reduce((sum, value) => sum + value, 0) / values.length];
  const above = values.reduce((sum, value, at) => sum + (at - x) * (value - y), 0);
  return above / values.reduce((sum, _, at) => sum + (at - x) ** 2, 0);
}
