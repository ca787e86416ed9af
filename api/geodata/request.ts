/** The words of the command line as a request: everything is checked before anything is opened. */
import type { Resolution } from '../regions/layers.ts';
import { CatalogueError } from './catalogue/catalogue.ts';
import { type DataSet, dataSetNames, parseStates, type Request } from './catalogue/vintages.ts';
import { censusSource } from './download/census.ts';
import { folderSource } from './download/folder.ts';
import { s3Source } from './download/s3.ts';
import type { Source } from './download/source.ts';

/** @throws CatalogueError naming the word that is wrong */
export function parseRequest(words: {
  readonly dataset: string;
  readonly states: string;
  readonly year: string;
  readonly resolution: string;
}): Request {
  if (!/^\d{4}$/.test(words.year)) {
    throw new CatalogueError(`--year is "${words.year}", which is no year.`, 'Give four digits, such as --year 2024.');
  }
  return {
    dataSets: parseDataSets(words.dataset),
    states: parseStates(words.states),
    year: Number(words.year),
    resolution: words.resolution as Resolution,
  };
}

function parseDataSets(text: string): readonly DataSet[] {
  const wanted = text.split(',').map((word) => word.trim().toLowerCase());
  const unknown = wanted.find((word) => !(dataSetNames as readonly string[]).includes(word));
  if (unknown !== undefined) {
    throw new CatalogueError(`There is no data set "${unknown}".`, `There are ${dataSetNames.join(', ')}.`);
  }
  return dataSetNames.filter((name) => wanted.includes(name));
}

/**
 * `census`, `dir:PATH`, `s3` or `s3:BUCKET/PREFIX`.
 * @param cache the folder that keeps downloads
 * @param cached what `s3` alone means: `s3://BUCKET/PREFIX`
 */
export function parseSource(text: string, cache: string, cached: string | undefined): Source {
  const [kind, rest = ''] = splitOnce(text, ':');
  if (kind === 'census' && rest === '') return censusSource(cache);
  if (kind === 'dir' && rest !== '') return folderSource(rest);
  const named = rest || cached?.slice('s3:'.length);
  if (kind === 's3' && named) {
    const [name, prefix = ''] = splitOnce(named.replace(/^\/\//, ''), '/');
    return s3Source({ bucket: name, prefix: prefix.replace(/\/$/, ''), folder: cache }, censusSource(cache));
  }
  throw new CatalogueError(
    kind === 's3' ? '--source s3 does not say which bucket.' : `--source is "${text}", which is none.`,
    'It takes census, dir:path/to/folder, or s3:bucket/prefix (s3 alone where IMPORT_CACHE names the place).',
  );
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}
