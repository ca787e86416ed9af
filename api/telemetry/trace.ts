/**
 * Subsegments for AWS X-Ray: what a request waited for, and what of it failed. Sent to the daemon that Lambda runs
 * beside the function, one datagram each; its SDK would add a tenth to a cold start.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html
 */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { redactText } from './redact.ts';

export interface Traced {
  /** `aws` for AWS services, `remote` for everything else that is called. */
  readonly namespace: 'aws' | 'remote';
  readonly operation?: string;
}

/** Runs `work` as a subsegment of the request under way; its failure is marked and passed on. */
export type Trace = <T>(name: string, about: Traced, work: () => Promise<T>) => Promise<T>;

export const untraced: Trace = (_name, _about, work) => work();

/**
 * @param header of the request under way: `Root=1-…;Parent=…;Sampled=1`, as Lambda puts it into _X_AMZN_TRACE_ID
 * @param send one subsegment as JSON
 */
export function xray(header: () => string | undefined, send: (document: string) => void): Trace {
  return async (name, { namespace, operation }, work) => {
    const request = parse(header() ?? '');
    if (!request) return work();
    const begun = {
      name,
      id: randomBytes(8).toString('hex'),
      trace_id: request.root,
      parent_id: request.parent,
      type: 'subsegment',
      namespace,
      start_time: Date.now() / 1000,
      ...(operation === undefined ? {} : namespace === 'aws' ? { aws: { operation } } : { annotations: { operation } }),
    };
    try {
      const result = await work();
      send(JSON.stringify({ ...begun, end_time: Date.now() / 1000 }));
      return result;
    } catch (error) {
      const { name: type, message } = error instanceof Error ? error : new Error(String(error));
      const exceptions = [{ id: randomBytes(8).toString('hex'), type, message: redactText(message) }];
      const cause = { working_directory: '', exceptions };
      send(JSON.stringify({ ...begun, end_time: Date.now() / 1000, fault: true, cause }));
      throw error;
    }
  };
}

function parse(header: string): { readonly root: string; readonly parent: string } | undefined {
  const parts = Object.fromEntries(header.split(';').map((part) => part.split('=') as [string, string]));
  return parts.Sampled === '1' && parts.Root && parts.Parent ? { root: parts.Root, parent: parts.Parent } : undefined;
}

/** @param address of the daemon, such as `169.254.100.1:2000` */
export function toDaemon(address: string): (document: string) => void {
  const [host = '127.0.0.1', port = '2000'] = address.split(':');
  const socket = createSocket('udp4').unref();
  // A trace that is lost is no error of the request's.
  socket.on('error', () => {});
  return (document) => socket.send(`{"format": "json", "version": 1}\n${document}`, Number(port), host, () => {});
}
