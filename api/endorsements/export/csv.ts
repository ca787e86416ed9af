import type { Database } from '../../database/database.ts';
import type { Column } from './columns.ts';
import { type Exported, pages } from './rows.ts';
import { plainCell, textCell } from './spreadsheet.ts';

/** @param bom so that Excel reads it as UTF-8 */
export async function* csv(
  database: Pick<Database, 'pool'>,
  exported: Exported,
  columns: readonly Column[],
  { bom }: { readonly bom: boolean },
): AsyncGenerator<string> {
  const line = (cells: readonly string[]) => `${cells.join(',')}\r\n`;
  yield `${bom ? '\ufeff' : ''}${line(columns.map(({ title }) => title))}`;
  const writers = columns.map(({ isOurs }) => (isOurs ? plainCell : textCell));
  const expressions = columns.map(({ sql }) => sql);
  for await (const rows of pages(database, exported, expressions)) {
    yield rows.map((row) => line(row.map((cell, index) => (writers[index] ?? textCell)(cell)))).join('');
  }
}
