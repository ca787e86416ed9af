/**
 * A route is a value: its method, path, rules and handler in one place, so that the router, the validation, the
 * permissions and the API's own description read the same thing.
 */
import type * as z from 'zod/mini';
import type { Caller } from '../access/caller.ts';
import type { Permission } from '../access/permissions.ts';
import type { Limit } from '../limits/limiter.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Reply {
  readonly status?: number;
  /** A value becomes JSON; a Buffer, string or stream is sent as it is, with `type`; undefined is an answer without a body. */
  readonly body?: unknown;
  readonly type?: string;
  /** Without quotes. What computes it cheaply saves the database the work; where absent it is the body's hash. */
  readonly etag?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

export interface Asked<Query, Path, Body> {
  readonly query: Query;
  readonly path: Path;
  readonly body: Body;
  readonly caller: Caller;
  readonly requestId: string;
  /** Address of the client as far as proxies can be trusted; for limits, never for identity. */
  readonly client: string;
  /** Header by name; empty where absent. */
  header(name: string): string;
}

export interface Route<
  Query extends z.ZodMiniType = z.ZodMiniType,
  Path extends z.ZodMiniType = z.ZodMiniType,
  Body extends z.ZodMiniType = z.ZodMiniType,
> {
  readonly method: Method;
  /** Without a trailing slash; `{name}` stands for one segment. Answers with the slash too, and never redirects. */
  readonly path: string;
  readonly summary: string;
  readonly queryParameters?: Query;
  readonly pathParameters?: Path;
  readonly requestBody?: Body;
  /** Who may: everybody; whoever is logged in or has a key; only who has this permission. */
  readonly access?: 'everybody' | 'staff' | Permission;
  /** A public read that depends on who asks; the others never look, so that a cache can keep their answers. */
  readonly identifies?: boolean;
  /** A secret in the path lets in. A browser adds none by itself, so there is nothing to forge, and nobody is identified. */
  readonly byLink?: boolean;
  /** Answers by status, for the API's description. A function, because nobody else has to pay for building it. */
  readonly answers: () => Readonly<Record<number, Answer>>;
  /** Value of Cache-Control for a 200. */
  readonly cache?: string;
  /** The tables that an answer is made of and nothing else: then its ETag costs no more than their revisions. */
  readonly reads?: readonly string[];
  readonly limit?: Limit;
  /**
   * The request is counted while it is answered, instead of before. For a read that costs no more than counting it: who
   * is over the limit has it done, and is told nothing of it.
   */
  readonly countsAlongside?: boolean;
  /**
   * @param asked validated by the schemas above
   * @param matches whether the client already has the version with this etag; then return without the work
   */
  handle(
    asked: Asked<z.infer<Query>, z.infer<Path>, z.infer<Body>>,
    matches: (etag: string) => boolean,
  ): Promise<Reply>;
}

/** What an answer holds: a schema of JSON, or another media type, with a schema where that is JSON too, or nothing. */
export type Answer = z.ZodMiniType | { readonly type: string; readonly schema?: z.ZodMiniType } | undefined;

/** Identity; exists so that the schemas' types reach `handle`. */
export function route<
  Query extends z.ZodMiniType = z.ZodMiniType<undefined>,
  Path extends z.ZodMiniType = z.ZodMiniType<undefined>,
  Body extends z.ZodMiniType = z.ZodMiniType<undefined>,
>(definition: Route<Query, Path, Body>): Route {
  return definition as unknown as Route;
}

/** What everybody may read, a CDN for a minute; after that it asks again while it still serves what it has. */
export const publicCache = 'public, max-age=0, s-maxage=60, stale-while-revalidate=300';
