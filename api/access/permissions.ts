/** What may be done, and which role may do it. Scopes of API keys are the same words. */
export const permissions = [
  /** See what is not public yet: inactive campaigns, hidden blocks, themes and documents that are not in force. */
  'drafts:read',
  /** See who endorsed, with contact details. */
  'stakeholders:read',
  /** Decide on endorsements. */
  'endorsements:review',
  /** Campaigns, bills, legislators, homepage, content blocks, themes. */
  'content:write',
  'legal:write',
  'media:write',
  'audit:read',
  /** Accounts and API keys. */
  'accounts:manage',
] as const;

export type Permission = (typeof permissions)[number];

/** Each role has what the ones before it have. */
export const roles = ['viewer', 'reviewer', 'editor', 'administrator'] as const;

export type Role = (typeof roles)[number];

const addedBy: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ['drafts:read', 'stakeholders:read'],
  reviewer: ['endorsements:review'],
  editor: ['content:write', 'legal:write', 'media:write'],
  administrator: ['audit:read', 'accounts:manage'],
};

export function permissionsOf(role: Role): readonly Permission[] {
  return roles.slice(0, roles.indexOf(role) + 1).flatMap((each) => addedBy[each]);
}

/** What a key may be given: everything but the power to make more of its kind. */
export const scopes = permissions.filter((permission) => permission !== 'accounts:manage');
