/** The drawings on disk, against what the committed templates give. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readTemplate } from '../../generator/cloudformation/read-yaml.ts';
import { drawn } from '../../generator/diagram/documents.ts';
import { platformOf } from '../../generator/platform/platform.ts';
import { read } from '../generate/folder.ts';

const root = new URL('../../', import.meta.url);

/** @returns the files that are not what the templates give, with what they should hold */
export async function staleDrawings(templates?: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
  const bodies = templates ?? (await read());
  const platform = platformOf(new Map([...bodies].map(([path, body]) => [path, readTemplate(body)])));
  const wanted = drawn(platform, await text('README.md'));
  const found = await Promise.all([...wanted].map(async ([path, body]) => [path, body, await text(path)] as const));
  return new Map(found.filter(([, body, is]) => body !== is).map(([path, body]) => [path, body]));
}

export async function writeDrawings(drawings: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, body] of drawings) await writeFile(new URL(path, root), body);
}

async function text(path: string): Promise<string> {
  return readFile(fileURLToPath(new URL(path, root)), 'utf8').catch(() => '');
}
