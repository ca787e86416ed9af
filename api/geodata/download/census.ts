/** The Census Bureau's own server, with a folder that keeps what was downloaded. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { download, type HttpOptions } from './http.ts';
import { type Source, SourceError } from './source.ts';

/** @param folder where zips are kept; made where it is not there */
export function censusSource(folder: string, settings: Omit<HttpOptions, 'signal' | 'onProgress'> = {}): Source {
  return {
    name: 'the Census Bureau',
    async get({ name, url }, options) {
      const path = join(folder, `${name}.zip`);
      await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
        throw new SourceError(
          `The folder ${folder} cannot be made (${error.code}).`,
          'Name another one for downloads: --cache path/to/folder.',
          { cause: error },
        );
      });
      return (await download(url, path, { ...settings, ...options })) ? { path, origin: url } : undefined;
    },
  };
}
