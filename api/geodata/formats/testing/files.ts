/** Folders of real and faulty files, and a place for those that a test writes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../..');
export const edgeFolder = join(import.meta.dirname, '../../fixtures/edge');
export const expectedFolder = join(import.meta.dirname, '../../fixtures/expected');
/** Real Census files that the repository carries for local use. */
export const bundledFolder = join(root, 'api/local/boundaries');
/** All 28 sample files, where they have been fetched. */
export const censusFolder = process.env.TIGER_DATA ?? join(root, '../shared/data/tiger');

/** A folder that is gone after the tests of this `describe`. */
export function scratchFolder(): (name: string, content: Buffer) => string {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'formats-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return (name, content) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
}
