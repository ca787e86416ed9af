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
): AsyncGenerator<string | Buffer> {
  yield `${bom ? '\ufeff' : ''}${columns.map(({ title }) => title).join(',')}\r\n`;
  const cells = columns.map(({ sql, isOurs }) => (isOurs ? plainCell(sql) : textCell(sql)));
  const line = `concat_ws(',', ${cells.join(', ')}) || E'\\r\\n'`;
  for await (const lines of pages(database, exported, line)) yield* lines;
}
