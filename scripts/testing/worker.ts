/**
 * Loaded by each of mocha's processes where test files run side by side: leaves what each file took and asked of AWS, for
 * the process that started them (`side-by-side.ts`).
 */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Context } from 'mocha';
import { recordCalls } from './aws-calls.ts';
import { openEmbedded } from './database.ts';
import { type FileReport, reportsFolder } from './side-by-side.ts';

// Creating it takes longer than a test may.
await openEmbedded();
const callsSeen = recordCalls();
let started = 0;
let count = 0;

export const mochaHooks = {
  beforeAll() {
    started = performance.now();
  },
  afterAll(this: Context) {
    const file = this.test?.parent?.suites[0]?.file ?? '';
    const report: FileReport = {
      file: relative('.', file),
      seconds: (performance.now() - started) / 1000,
      calls: callsSeen(),
    };
    count += 1;
    writeFileSync(join(reportsFolder(), `${process.pid}-${count}.json`), JSON.stringify(report));
  },
};
