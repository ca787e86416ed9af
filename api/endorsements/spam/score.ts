/**
 * How much a submission looks like spam, from 0 to 1, and why. A score refuses nobody: from `holdFrom` on it waits for
 * a reviewer before any mail is sent, below it the reasons are shown beside the endorsement.
 *
 * Being a person without an organization is no reason, nor is taking one's time: each of those kept real people out
 * elsewhere.
 */
import type { Submitted } from '../submitted.ts';

export const holdFrom = 0.7;

export interface Reason {
  /** Stable, for counting. */
  readonly code: string;
  readonly points: number;
  /** For a reviewer. */
  readonly says: string;
}

export interface Judgement {
  readonly score: number;
  readonly reasons: readonly Reason[];
  readonly held: boolean;
}

export interface Circumstances {
  /** When it arrived, epoch milliseconds. */
  readonly now: number;
  readonly isDisposable: (domain: string) => boolean;
  /** Other people whose statement is nearly this one, where it is not the campaign's own words. */
  readonly similarStatements: number;
  /** What else was asked, such as Akismet. */
  readonly further: readonly Reason[];
}

export function judge(submission: Submitted, circumstances: Circumstances): Judgement {
  const reasons = [
    ...baitTaken(submission),
    ...timing(submission, circumstances.now),
    ...mailbox(submission, circumstances.isDisposable),
    ...content(submission),
    ...repetition(circumstances.similarStatements),
    ...circumstances.further,
  ];
  const score = Math.min(1, Math.round(reasons.reduce((sum, { points }) => sum + points, 0) * 100) / 100);
  return { score, reasons, held: score >= holdFrom };
}

function baitTaken({ form_metadata: { website, url, homepage, confirm_email } }: Submitted): readonly Reason[] {
  const taken = Object.entries({ website, url, homepage, confirm_email }).filter(([, value]) => value !== '');
  if (taken.length === 0) return [];
  const names = taken.map(([name]) => name).join(', ');
  return [{ code: 'bait', points: 1, says: `Fields were filled in that people do not see: ${names}.` }];
}

/** Nobody writes a name, a mailbox and an address in two seconds; a browser that fills them in takes a few. */
function timing({ form_metadata: { form_start_time } }: Submitted, now: number): readonly Reason[] {
  if (!form_start_time) {
    return [{ code: 'no-time', points: 0.1, says: 'The form did not say when it was opened.' }];
  }
  const seconds = (now - Date.parse(form_start_time)) / 1000;
  // The clock of a visitor may be wrong by years: then it tells nothing, for them or against them.
  if (seconds < -1) return [{ code: 'clock', points: 0, says: 'The visitor’s clock is ahead of ours.' }];
  if (seconds < 2) return [{ code: 'instant', points: 0.7, says: 'The form was sent within two seconds.' }];
  if (seconds < 5) return [{ code: 'fast', points: 0.4, says: 'The form was sent within five seconds.' }];
  return [];
}

function mailbox({ stakeholder: { email } }: Submitted, isDisposable: (domain: string) => boolean): readonly Reason[] {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  const labels = domain.split('.');
  // mail.mailinator.com is mailinator.com's.
  const known = labels.slice(0, -1).some((_, index) => isDisposable(labels.slice(index).join('.')));
  return known ? [{ code: 'disposable', points: 0.4, says: `${domain} gives mailboxes for a few minutes.` }] : [];
}

function content({ stakeholder, statement }: Submitted): readonly Reason[] {
  const reasons: Reason[] = [];
  const links = statement.match(/https?:\/\/|www\.|\[url/gi)?.length ?? 0;
  if (links > 0) {
    reasons.push({
      code: 'links',
      points: Math.min(0.6, 0.2 * links),
      says: links === 1 ? 'The statement has a link.' : `The statement has ${links} links.`,
    });
  }
  const named = [stakeholder.first_name, stakeholder.last_name, stakeholder.organization, stakeholder.role];
  if (named.some((name) => /https?:\/\/|www\./i.test(name))) {
    reasons.push({ code: 'name-link', points: 0.5, says: 'A name has a link in it.' });
  }
  if (/(\p{L})\1{7,}/u.test(statement)) {
    reasons.push({ code: 'repeated-letters', points: 0.2, says: 'The statement repeats one letter.' });
  }
  if (statement.length > 40 && /\p{Lu}/u.test(statement) && statement === statement.toUpperCase()) {
    reasons.push({ code: 'capitals', points: 0.1, says: 'The statement is in capitals.' });
  }
  return reasons;
}

function repetition(others: number): readonly Reason[] {
  if (others < 3) return [];
  return [{ code: 'similar', points: 0.2, says: `${others} other people sent nearly the same statement.` }];
}
