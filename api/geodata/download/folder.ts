/** A folder of zips as the Census names them, or a copy of its whole tree. */
import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { type Source, SourceError } from './source.ts';

export function folderSource(folder: string): Source {
  let listing: Promise<ReadonlyMap<string, string>> | undefined;
  return {
    name: `the folder ${folder}`,
    async get({ name }) {
      listing ??= list(folder);
      const path = (await listing).get(name.toLowerCase());
      return path === undefined ? undefined : { path, origin: path };
    },
  };
}

async function list(folder: string): Promise<ReadonlyMap<string, string>> {
  try {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    return new Map(
      found
        .filter((entry) => !entry.isDirectory() && entry.name.toLowerCase().endsWith('.zip'))
        .map((entry) => [parse(entry.name).name.toLowerCase(), join(entry.parentPath, entry.name)]),
    );
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new SourceError(
      `The folder ${folder} cannot be read (${code}).`,
      'Give the path of a folder with zips of the Census: --source dir:path/to/folder.',
      { cause: error },
    );
  }
}
