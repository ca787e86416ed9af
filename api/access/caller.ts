/** Who is asking, as far as it is known. */
import type { Permission, Role } from './permissions.ts';

export interface Staff {
  readonly kind: 'staff';
  readonly account: number;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** Identifies the session in CSRF tokens; not the session's secret. */
  readonly session: string;
}

export interface Key {
  readonly kind: 'key';
  readonly key: number;
  /** Who made it. */
  readonly account: number;
  readonly name: string;
  readonly permissions: readonly Permission[];
}

export type Caller = { readonly kind: 'anonymous' } | Staff | Key;

export const anonymous: Caller = { kind: 'anonymous' };
