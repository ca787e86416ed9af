/**
 * A route is a value: its method, path, rules and handler in one place, so that the router, the validation and the
 * API's own description read the same thing.
 */
import type * as z from 'zod/mini';
import type { Limit } from '../limits/limiter.ts';

export interface Reply {
  readonly status?: number;
  /** A value becomes JSON; a Buffer or string is sent as it is, with `type`. */
  readonly body: unknown;
  readonly type?: string;
  /** Without quotes. What computes it cheaply saves the database the work; where absent it is the body's hash. */
  readonly etag?: string;
}

export interface Asked<Query, Path> {
  readonly query: Query;
  readonly path: Path;
}

export interface Route<Query extends z.ZodMiniType = z.ZodMiniType, Path extends z.ZodMiniType = z.ZodMiniType> {
  readonly method: 'GET';
  /** Without a trailing slash; `{name}` stands for one segment. Answers with the slash too, and never redirects. */
  readonly path: string;
  readonly summary: string;
  readonly queryParameters?: Query;
  readonly pathParameters?: Path;
  /** Value of Cache-Control for a 200. */
  readonly cache?: string;
  readonly limit?: Limit;
  /**
   * @param asked validated by the two schemas above
   * @param matches whether the client already has the version with this etag; then return without the work
   */
  handle(asked: Asked<z.infer<Query>, z.infer<Path>>, matches: (etag: string) => boolean): Promise<Reply>;
}

/** Identity; exists so that the schemas' types reach `handle`. */
export function route<
  Query extends z.ZodMiniType = z.ZodMiniType<undefined>,
  Path extends z.ZodMiniType = z.ZodMiniType<undefined>,
>(definition: Route<Query, Path>): Route {
  return definition as unknown as Route;
}
