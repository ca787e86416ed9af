/**
 * Reads a .dbf row by row. Values stay text: "01A" and "007" are codes, not numbers.
 * Source: dBASE III table file format (32-byte header and field descriptors); types C, N, F, D and L.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { ByteReader } from './byte-reader.ts';
import { decode, type Encoding, withoutPadding } from './encoding.ts';
import { count, FormatError, type Place } from './fault.ts';

export interface Field {
  readonly name: string;
  /** C text, N and F numbers, D date as YYYYMMDD, L logical (T, F, Y, N or ?). */
  readonly type: 'C' | 'N' | 'F' | 'D' | 'L';
  /** Bytes, which are fewer characters where the text is not ASCII. */
  readonly length: number;
  readonly decimals: number;
}

export interface TableHeader {
  readonly fields: readonly Field[];
  /** Rows, deleted ones included: a shapefile pairs rows and shapes by their place. */
  readonly rows: number;
  /** Language driver ID, 0 where none is set. */
  readonly languageDriver: number;
}

export interface Row {
  /** Counted from 1, deleted rows included. */
  readonly record: number;
  readonly deleted: boolean;
  readonly attributes: Record<string, string>;
}

/** What a first pass over all rows finds out, so that the encoding is settled before the first row is read. */
export interface TableSurvey extends TableHeader {
  readonly deleted: number;
  /** Text beyond ASCII: none, all of it valid UTF-8, or not; then `firstForeign` names the first place. */
  readonly text: 'ascii' | 'utf-8' | 'other';
  readonly firstForeign?: string;
}

/** @param size bytes of the .dbf; its header has to promise the same number of rows */
export async function surveyTable(source: AsyncIterable<Buffer>, place: Place, size: number): Promise<TableSurvey> {
  let text: TableSurvey['text'] = 'ascii';
  let firstForeign: string | undefined;
  let deleted = 0;
  let header: TableHeader | undefined;
  for await (const { table, columns, rows, bytes } of rawRows(source, place, size)) {
    header = table;
    const ascii = isAscii(bytes);
    for (const { row, record } of rows) {
      if (row[0] === deletedFlag) deleted++;
      if (ascii || text === 'other' || isAscii(row)) continue;
      text = 'utf-8';
      const foreign = columns.find(({ start, end }) => !isUtf8(row.subarray(start, end)));
      if (foreign) {
        text = 'other';
        firstForeign = `${foreign.name} of record ${record}`;
      }
    }
  }
  if (!header) throw new FormatError(place, 'it has no header');
  return { ...header, deleted, text, ...(firstForeign === undefined ? {} : { firstForeign }) };
}

/**
 * Yields what one chunk holds at a time, to be walked before the next is asked for.
 * @param size bytes of the .dbf; its header has to promise the same number of rows
 */
export async function* readRows(
  source: AsyncIterable<Buffer>,
  place: Place,
  size: number,
  encoding: Encoding,
): AsyncGenerator<Iterable<Row>, void, undefined> {
  for await (const raw of rawRows(source, place, size)) yield decoded(raw, encoding);
}

function* decoded({ columns, rows, bytes }: RawRows, encoding: Encoding): Generator<Row> {
  const allAscii = isAscii(bytes);
  for (const { row, record } of rows) {
    // One decoding a row instead of one a value: a third of all time that a file of small shapes took.
    const ascii = allAscii || isAscii(row) ? row.toString('latin1') : undefined;
    // fromEntries defines properties, so that a column named __proto__ is one like any other.
    const attributes = Object.fromEntries(
      columns.map(({ name, start, end }) => [
        name,
        ascii === undefined ? decode(row.subarray(start, end), encoding) : withoutPadding(ascii.slice(start, end)),
      ]),
    );
    yield { record, deleted: row[0] === deletedFlag, attributes };
  }
}

const deletedFlag = '*'.charCodeAt(0);
const liveFlag = ' '.charCodeAt(0);
const headerLength = 32;
const descriptorLength = 32;
const headerEnd = 0x0d;
/** dBASE III and IV, with and without memo file, FoxPro. dBASE 7 (4) has other descriptors. */
const versions = [0x03, 0x83, 0x8b, 0x30, 0x31, 0x32, 0xf5];

interface Column extends Field {
  readonly start: number;
  readonly end: number;
}

/** Its bytes, with its flag. */
interface RawRow {
  readonly record: number;
  readonly row: Buffer;
}

interface RawRows {
  readonly table: TableHeader;
  readonly columns: readonly Column[];
  /** None, once, ahead of all others: a table may have none at all. */
  readonly rows: Iterable<RawRow>;
  /** Of all of them. */
  readonly bytes: Buffer;
}

async function* rawRows(source: AsyncIterable<Buffer>, place: Place, size: number): AsyncGenerator<RawRows> {
  const reader = new ByteReader(source, place);
  try {
    const { table, columns, rowLength } = await takeHeader(reader, place, size);
    yield { table, columns, rows: [], bytes: Buffer.alloc(0) };
    for (let record = 1; record <= table.rows; ) {
      const bytes = await reader.takeRuns(rowLength, table.rows - record + 1, 'a row');
      yield { table, columns, rows: cut(bytes, rowLength, record, place), bytes };
      record += bytes.length / rowLength;
    }
    await reader.drain();
  } finally {
    await reader.close();
  }
}

function* cut(bytes: Buffer, rowLength: number, first: number, place: Place): Generator<RawRow> {
  for (let at = 0, record = first; at < bytes.length; at += rowLength, record++) {
    const row = bytes.subarray(at, at + rowLength);
    if (row[0] !== liveFlag && row[0] !== deletedFlag) {
      throw new FormatError({ ...place, record }, `it begins with byte ${row[0]}, not with a space or "*"`);
    }
    yield { record, row };
  }
}

async function takeHeader(reader: ByteReader, place: Place, size: number) {
  const header = await reader.take(headerLength, 'its header');
  const version = header.readUInt8(0);
  if (!versions.includes(version)) throw new FormatError(place, `it is not a dBASE III table: version byte ${version}`);
  const rows = header.readUInt32LE(4);
  const fullLength = header.readUInt16LE(8);
  const rowLength = header.readUInt16LE(10);
  if (fullLength <= headerLength || rowLength < 2) {
    throw new FormatError(place, `its header states ${fullLength} bytes of header and ${rowLength} a row`);
  }
  // Behind the rows stands an end mark (0x1a), or nothing: but never a whole further row.
  const there = Math.max(0, Math.floor((size - fullLength) / rowLength));
  if (there !== rows) {
    throw new FormatError(place, `its header says ${count(rows, 'row')}, but ${count(there, 'row')} are there`);
  }
  const descriptors = await reader.take(fullLength - headerLength, 'its field descriptors');
  const columns = parseColumns(descriptors, place);
  const used = columns.at(-1)?.end ?? 1;
  if (used !== rowLength)
    throw new FormatError(place, `its fields take ${used} bytes a row, its header says ${rowLength}`);
  const fields = columns.map(({ name, type, length, decimals }) => ({ name, type, length, decimals }));
  return { table: { fields, rows, languageDriver: header.readUInt8(29) }, columns, rowLength };
}

function parseColumns(descriptors: Buffer, place: Place): Column[] {
  const columns: Column[] = [];
  // A row begins with its flag: blank, or "*" where it is deleted.
  let start = 1;
  for (let at = 0; descriptors[at] !== headerEnd; at += descriptorLength) {
    if (at + descriptorLength > descriptors.length) {
      throw new FormatError(place, `its list of fields does not end after ${count(columns.length, 'field')}`);
    }
    const name = textUntilNul(descriptors.toString('latin1', at, at + 11)).trim();
    const type = descriptors.toString('latin1', at + 11, at + 12);
    if (!isFieldType(type)) {
      throw new FormatError(place, `its field ${name} has type ${JSON.stringify(type)}; C, N, F, D and L are read`);
    }
    if (name === '' || columns.some((column) => column.name === name)) {
      throw new FormatError(place, `field ${columns.length + 1} has ${name ? `the name ${name} again` : 'no name'}`);
    }
    const length = descriptors.readUInt8(at + 16);
    columns.push({ name, type, length, decimals: descriptors.readUInt8(at + 17), start, end: start + length });
    start += length;
  }
  return columns;
}

function isFieldType(type: string): type is Field['type'] {
  return 'CNFDL'.includes(type);
}

function textUntilNul(text: string): string {
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}
