/** What the API's words are called on the desk. Every state has a sign beside its colour. */

/** @type {Record<string, string>} in the order of the choice */
export const piles = {
  review: 'Waiting for review',
  held: 'Held as spam',
  all: 'All',
  changed: 'Sent other details',
  unverified: 'Not confirmed by mail',
  approved: 'Approved',
  shown: 'Shown in public',
  rejected: 'Rejected',
  withdrawn: 'Withdrawn',
  undelivered: 'Mail not delivered',
};

/** @type {Record<string, { says: string, sign: string, tone: string }>} */
export const statuses = {
  pending: { says: 'Not confirmed', sign: '○', tone: 'calm' },
  verified: { says: 'Waiting for review', sign: '◐', tone: 'waiting' },
  approved: { says: 'Approved', sign: '✓', tone: 'good' },
  rejected: { says: 'Rejected', sign: '✕', tone: 'bad' },
  withdrawn: { says: 'Withdrawn', sign: '↩', tone: 'calm' },
  held: { says: 'Held as spam', sign: '!', tone: 'bad' },
  unseen: { says: 'Approved by a rule, seen by nobody', sign: '◐', tone: 'waiting' },
};

/** @type {Record<string, { says: string, sign: string, tone: string }>} */
export const mailStates = {
  waiting: { says: 'Waits', sign: '○', tone: 'calm' },
  sending: { says: 'Being sent', sign: '◐', tone: 'waiting' },
  sent: { says: 'Sent', sign: '✓', tone: 'good' },
  dead: { says: 'Given up', sign: '✕', tone: 'bad' },
  unknown: { says: 'May have arrived', sign: '?', tone: 'bad' },
  cancelled: { says: 'Not sent', sign: '–', tone: 'calm' },
};

/** @type {Record<string, string>} */
export const mailKinds = {
  verify: 'Asks to confirm',
  already: 'Says that it is confirmed already',
  verified: 'Thanks for confirming',
  approved: 'Says that it is approved',
  review: 'Tells reviewers',
};

/** @type {Record<string, string>} */
export const decisions = {
  approve: 'approved it',
  reject: 'rejected it',
  show: 'showed it in public',
  hide: 'took it off the public list',
  release: 'released it from spam',
  undo: 'took the last decision back',
};

/** @type {Record<string, string>} */
export const layers = {
  state: 'State',
  county: 'County',
  congressional: 'Congress',
  state_upper: 'State senate',
  state_lower: 'State house',
};

/** @type {Record<string, string>} */
export const personFields = {
  first_name: 'First name',
  last_name: 'Last name',
  organization: 'Organization',
  role: 'Role',
  street_address: 'Street',
  city: 'City',
  state: 'State',
  zip_code: 'ZIP code',
  type: 'Kind',
};

/** @param {Pick<import('./shapes.js').Row, 'status' | 'held' | 'reviewed_at'>} row */
export function statusOf({ status, held, reviewed_at }) {
  if (held && status === 'pending') return 'held';
  return status === 'approved' && !reviewed_at ? 'unseen' : status;
}

const short = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** @param {string} time ISO 8601 */
export function written(time) {
  return short.format(new Date(time));
}

/** @param {number} milliseconds */
export function countdown(milliseconds) {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
