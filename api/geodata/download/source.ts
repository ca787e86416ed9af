/** Where files come from. Each source answers one question: is there such a file, and if so, where on this disk is it now? */
import type { Candidate } from '../catalogue/vintages.ts';

export interface Source {
  /** In words, for reports: `the Census Bureau`, `the folder …`. */
  readonly name: string;
  /** @returns undefined where there is no such file @throws DownloadError */
  get(candidate: Candidate, options: GetOptions): Promise<Got | undefined>;
}

export interface GetOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((step: string, done: number) => void) | undefined;
}

export interface Got {
  /** Of the zip on this disk. */
  readonly path: string;
  /** The address or folder that it is from. */
  readonly origin: string;
}

/** A file could not be had. */
export class DownloadError extends Error {
  readonly remedy: string;
  /** Whether it will be no better with the next file. */
  readonly endsRun: boolean = false;
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DownloadError';
    this.remedy = remedy;
  }
}

/** No file can be had: the folder is not there, the server does not answer, the disk is full. */
export class SourceError extends DownloadError {
  override readonly endsRun = true;
}
