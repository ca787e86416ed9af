/** The same districts as of another year: the Census's own files under other names, for tests that tell vintages apart. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledFolder } from '../../formats/testing/files.ts';
import { writeZip } from '../../formats/testing/zip-writer.ts';
import { openZip, readWhole } from '../../formats/zip.ts';

/** @returns the path of a zip in `folder` whose members are called after `year` */
export async function asOfYear(name: string, year: number, folder: string): Promise<string> {
  const renamed = name.replace(/_\d{4}_/, `_${year}_`);
  const path = join(folder, `${renamed}.zip`);
  const source = join(bundledFolder, `${name}.zip`);
  if (renamed === name) {
    writeFileSync(path, readFileSync(source));
    return path;
  }
  const { members } = await openZip(source);
  const wanted = members.filter((member) => /\.(shp|dbf|prj|cpg)$/.test(member.name));
  const contents = await Promise.all(
    wanted.map(async (member) => ({
      path: member.name.replace(name, renamed),
      content: await readWhole(member, { file: name }, member.size),
      stored: true,
    })),
  );
  writeFileSync(path, writeZip(contents));
  return path;
}
