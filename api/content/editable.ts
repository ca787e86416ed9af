/** What there is to know of a resource that staff edit. */
import type pg from 'pg';
import type * as z from 'zod/mini';
import type { Permission } from '../access/permissions.ts';
import type { Database } from '../database/database.ts';
import type { Asked } from '../http/route.ts';

/** Its fields are columns of the table: the shape is what decides which columns can be written at all. */
export type Fields = Readonly<Record<string, z.ZodMiniType>>;

export interface Editable {
  /** As a person says it: `campaign`. */
  readonly noun: string;
  readonly table: string;
  /** Of the public collection: `/api/campaigns`. */
  readonly path: string;
  readonly permission: Permission;
  /** What a new row takes; a field that may be left out has its default in the table. */
  readonly fields: Fields;
  /** Those of `fields` that stay as they were created. */
  readonly fixed?: readonly string[];
  /** Those of `fields` that hold HTML. */
  readonly html?: readonly string[];
  /** The public shape of a row. */
  readonly answer: () => z.ZodMiniType;
  /** `select … from … where true`, one row for each row of the table; `$1` is the address of the media store. */
  readonly select: string;
  /** Filled from who asks, not from what they send. */
  readonly stampedBy?: string;
  /** Refuses a deletion. @throws Problem */
  mayDelete?(row: Readonly<Record<string, unknown>>): void;
  /** What a new row has that nobody sends, found out from what they do. @throws Problem */
  complete?(row: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  /** Clears what a deleted row leaves behind outside the database. */
  forget?(row: Readonly<Record<string, unknown>>): Promise<void>;
  /** What lies outside the table, such as a bill's sponsors: written apart, and read for the audit. */
  spread?: {
    readonly fields: readonly string[];
    write(client: pg.PoolClient, id: number, values: Readonly<Record<string, unknown>>): Promise<void>;
    read(client: pg.PoolClient, id: number): Promise<Readonly<Record<string, unknown>>>;
  };
  /** Whose rows go with one of this: deleted first, so that the audit has each of them. */
  readonly takesAlong?: { readonly column: string; readonly editable: Editable };
}

export interface EditingServices {
  readonly database: Pick<Database, 'pool'>;
  readonly media: { readonly baseUrl: string };
}

export type Values = Readonly<Record<string, unknown>>;
/** Who changes something, and by which request. */
export type Who = Pick<Asked<unknown, unknown, unknown>, 'caller' | 'requestId'>;
