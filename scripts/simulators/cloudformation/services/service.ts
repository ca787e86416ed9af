/** What a deploy talks to beside CloudFormation, as far as it does: the stacks of the simulated account say what is there. */
import type { IncomingHttpHeaders } from 'node:http';

export interface ServiceRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ServiceAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Segments of a path, decoded: `/a/b%20c` is `a` and `b c`. */
export const segments = ({ pathname }: URL): readonly string[] => pathname.split('/').slice(1).map(decodeURIComponent);
