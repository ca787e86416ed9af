/** What empties the outbox: letters through a transport, calls to webhooks. Composes, as `app.ts` does. */

import type { Database } from './database/database.ts';
import { contentsOf } from './endorsements/contents.ts';
import type { Delivery } from './mail/deliver.ts';
import type { Transport } from './mail/message.ts';
import { mailSender } from './mail/post-office.ts';
import type { Log } from './telemetry/log.ts';
import { type CallOptions, webhookSender } from './webhooks/call.ts';

export interface DeliveryOptions {
  readonly database: Pick<Database, 'pool'>;
  readonly transport: Transport;
  readonly from: string;
  readonly siteUrl: string;
  readonly publicUrl: string;
  readonly secret: () => Promise<string>;
  readonly log: Log;
  readonly webhooks?: Pick<CallOptions, 'reach' | 'timeoutMs' | 'outside'>;
}

export function delivery(options: DeliveryOptions): Delivery {
  const { database, transport, from, siteUrl, publicUrl, secret, log, webhooks } = options;
  return {
    database,
    log,
    senders: {
      mail: mailSender({
        database,
        transport,
        from,
        siteUrl,
        write: async (row) => contentsOf(database.pool, row, { siteUrl, publicUrl }, await secret()),
      }),
      webhook: webhookSender({ database, secret, ...webhooks }),
    },
  };
}
