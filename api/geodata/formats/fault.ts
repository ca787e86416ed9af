/** The one error of this room: what is wrong with a file, and where in it. */

/** Where a fault lies: the zip, its member, and the record, as far as they are known. */
export interface Place {
  /** Name of the zip, without its folders. */
  readonly file: string;
  readonly member?: string;
  /** Record number, counted from 1 as shapefiles do. */
  readonly record?: number;
}

export const downloadAgain = 'Delete it and download it again; the copy is damaged, or what was saved is not the file.';

/** A file that cannot be read as it stands. `message` says where and what; `remedy` says what to do. */
export class FormatError extends Error implements Place {
  readonly file: string;
  readonly member?: string;
  readonly record?: number;
  readonly fault: string;
  readonly remedy: string;

  constructor(place: Place, fault: string, remedy: string = downloadAgain, options?: ErrorOptions) {
    const where = [place.file, place.member, place.record === undefined ? undefined : `record ${place.record}`];
    super(`${where.filter((part) => part !== undefined).join(', ')}: ${fault}`, options);
    this.name = 'FormatError';
    this.file = place.file;
    if (place.member !== undefined) this.member = place.member;
    if (place.record !== undefined) this.record = place.record;
    this.fault = fault;
    this.remedy = remedy;
  }
}

/** `12,345 bytes`, `1 row`: numbers in messages are read by people. */
export function count(many: number, noun: string): string {
  return `${many.toLocaleString('en-US')} ${noun}${many === 1 ? '' : 's'}`;
}
