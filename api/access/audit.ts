/** Who changed what: written in the same transaction as the change, so that neither exists without the other. */
import type { Caller } from './caller.ts';

export interface Change {
  readonly action: 'create' | 'change' | 'delete' | 'activate' | 'login' | 'logout' | 'export';
  /** The table. */
  readonly resource: string;
  readonly id?: number;
  readonly before?: object;
  readonly after?: object;
}

interface Client {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/** @param client inside the transaction that makes the change */
export async function audit(
  client: Client,
  { caller, requestId }: { readonly caller: Caller; readonly requestId: string },
  { action, resource, id, before, after }: Change,
): Promise<void> {
  await client.query(
    `insert into audit_entry (account, api_key, action, resource, resource_id, before, after, request_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      caller.kind === 'anonymous' ? null : caller.account,
      caller.kind === 'key' ? caller.key : null,
      action,
      resource,
      id ?? null,
      before ? JSON.stringify(before) : null,
      after ? JSON.stringify(after) : null,
      requestId,
    ],
  );
}
