/** Calls a webhook: one POST, signed, not redirected, to a public address, with little patience. */
import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Database } from '../database/database.ts';
import type { Fetch } from '../http/fetch-outside.ts';
import type { OutboxRow, Sender } from '../mail/deliver.ts';
import { DeliveryError } from '../mail/message.ts';
import { isPublicAddress, publicLookup } from './public-address.ts';
import { signature, webhookSecret } from './signature.ts';

export interface CallOptions {
  readonly database: Pick<Database, 'pool'>;
  readonly secret: () => Promise<string>;
  /** For tests, which have no public address. */
  readonly reach?: {
    readonly lookup: LookupFunction;
    readonly isAllowed: (address: string) => boolean;
    readonly ca?: string;
  };
  readonly timeoutMs?: number;
  /** Asked where no connection comes about: from a VPC, whose way out is IPv6, not every host is reached. */
  readonly outside?: Fetch | undefined;
}

/**
 * A webhook may be called twice about the same thing, and tells by the id: unlike a person it is not bothered, so what
 * was not answered is tried again.
 */
export function webhookSender(options: CallOptions): Sender {
  return async (row) => {
    const { rows } = await options.database.pool.query<{ url: string; salt: string }>(
      'select url, salt from webhook where id = $1 and active',
      [row.webhook],
    );
    const [webhook] = rows;
    if (!webhook || row.webhook === null) return undefined;
    const id = `msg_${row.id}`;
    const timestamp = Math.floor(Date.now() / 1000);
    const body = bodyOf(row);
    const secret = webhookSecret(await options.secret(), row.webhook, webhook.salt);
    const status = await call(new URL(webhook.url), body, options, {
      'Content-Type': 'application/json',
      'User-Agent': 'coalition-builder-webhooks',
      'Webhook-Id': id,
      'Webhook-Timestamp': String(timestamp),
      'Webhook-Signature': signature(secret, id, timestamp, body),
    });
    if (status >= 200 && status < 300) return String(status);
    // 410 Gone: https://www.standardwebhooks.com/ has it end the calls.
    if (status === 410) throw new DeliveryError('refused', 'The webhook says that it is gone (410).');
    throw new DeliveryError('later', `The webhook answered ${status}.`);
  };
}

function bodyOf({ kind, data, created_at }: OutboxRow): string {
  return JSON.stringify({ type: kind, timestamp: created_at.toISOString(), data });
}

/** @returns the status; from where the host is reached, and once it has begun to listen, from nowhere else */
async function call(
  url: URL,
  body: string,
  options: CallOptions,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  try {
    return await post(url, body, options, headers);
  } catch (error) {
    if (!options.outside || !(error instanceof Unconnected)) throw error;
    try {
      const signal = AbortSignal.timeout(options.timeoutMs ?? 10_000);
      return (await options.outside(url, { method: 'POST', headers, body, redirect: 'manual', signal })).status;
    } catch (cause) {
      throw new DeliveryError('later', 'The webhook cannot be called, not from outside the VPC either.', { cause });
    }
  }
}

/** Nothing of the call has arrived. */
class Unconnected extends DeliveryError {}

function post(
  url: URL,
  body: string,
  { reach, timeoutMs = 5_000 }: CallOptions,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const isAllowed = reach?.isAllowed ?? isPublicAddress;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (url.protocol !== 'https:' || (isIP(host) && !isAllowed(host))) {
    return Promise.reject(new DeliveryError('refused', 'The webhook has no public https address.'));
  }
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
        lookup: reach?.lookup ?? publicLookup,
        // A connection of its own: one that is kept would have been looked up earlier.
        agent: false,
        signal: AbortSignal.timeout(timeoutMs),
        ...(reach?.ca ? { ca: reach.ca } : {}),
      },
      (response) => {
        // What it answers is nobody's business, however much it is.
        response.destroy();
        resolve(response.statusCode ?? 0);
      },
    );
    let isConnected = false;
    sent.on('socket', (socket) => {
      socket.once('secureConnect', () => {
        isConnected = true;
      });
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const outcome = error.code === 'EINNER' ? 'refused' : 'later';
      const Failure = outcome === 'later' && !isConnected ? Unconnected : DeliveryError;
      reject(new Failure(outcome, `The webhook cannot be called (${error.code ?? error.name}).`, { cause: error }));
    });
    sent.end(body);
  });
}
