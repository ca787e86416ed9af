/** Every letter that is sent, and to be read like one. They are code, so a build that has the code has them. */
import { type Letter, rendered, withoutLinks } from '../mail/letter.ts';

export interface Endorsing {
  readonly firstName: string;
  readonly campaign: string;
  readonly summary: string;
  readonly statement: string;
  readonly signedAs: string;
  /** Where the person sees, withdraws and erases what is theirs. */
  readonly ownUrl: string;
  readonly campaignUrl: string;
}

const statementOf = ({ statement }: Endorsing) =>
  statement === '' ? [] : [{ says: 'Your statement:' }, { quotes: statement }];

export const letters = {
  verify: (endorsing: Endorsing & { readonly verifyUrl: string }): Letter => ({
    subject: `Please confirm your endorsement of ${endorsing.campaign}`,
    blocks: [
      { says: `Hello ${plainName(endorsing.firstName)},` },
      { says: `somebody, we hope you, has endorsed ${endorsing.campaign} with this e-mail address.` },
      ...(endorsing.summary === '' ? [] : [{ says: endorsing.summary }]),
      ...statementOf(endorsing),
      { says: `Signed as: ${plainName(endorsing.signedAs)}` },
      { leads: 'Confirm your endorsement', to: endorsing.verifyUrl },
      { says: 'The link holds for 24 hours. Without it nothing is shown to anybody.' },
      { says: 'Was it not you? Then do nothing, or erase what was sent:' },
      { leads: 'See or erase it', to: endorsing.ownUrl },
    ],
  }),

  already: (endorsing: Endorsing): Letter => ({
    subject: `You have endorsed ${endorsing.campaign} already`,
    blocks: [
      { says: `Hello ${plainName(endorsing.firstName)},` },
      {
        says: `the form was sent once more with this e-mail address. Your endorsement of ${endorsing.campaign} is here and stays as it was.`,
      },
      { leads: 'See, hide or withdraw it', to: endorsing.ownUrl },
      { says: 'If that was not you, there is nothing to do.' },
    ],
  }),

  approved: (endorsing: Endorsing): Letter => ({
    subject: `Your endorsement of ${endorsing.campaign} is approved`,
    blocks: [
      { says: `Hello ${plainName(endorsing.firstName)},` },
      { says: `thank you: your endorsement of ${endorsing.campaign} was approved.` },
      ...statementOf(endorsing),
      { leads: 'The campaign', to: endorsing.campaignUrl },
      { leads: 'See, hide or withdraw your endorsement', to: endorsing.ownUrl },
    ],
  }),

  withdrawn: (endorsing: Endorsing): Letter => ({
    subject: `Your endorsement of ${endorsing.campaign} is withdrawn`,
    blocks: [
      { says: `Hello ${plainName(endorsing.firstName)},` },
      { says: `your endorsement of ${endorsing.campaign} is withdrawn and is shown to nobody any more.` },
      { leads: 'Erase what is kept about you', to: endorsing.ownUrl },
    ],
  }),

  erased: ({ campaigns }: { readonly campaigns: readonly string[] }): Letter => ({
    subject: 'What we knew about you is erased',
    blocks: [
      { says: 'Hello,' },
      {
        says: `as you asked, your endorsements (${campaigns.join('; ')}) and everything that we knew about you are erased.`,
      },
      { says: 'That terms were accepted is kept, without your name and address.' },
      { says: 'This was the last mail to this address.' },
    ],
  }),

  review: ({
    waiting,
    held,
    deskUrl,
  }: {
    readonly waiting: number;
    readonly held: number;
    readonly deskUrl: string;
  }): Letter => ({
    subject: waiting === 1 ? 'An endorsement waits for review' : `${waiting} endorsements wait for review`,
    blocks: [
      {
        says:
          waiting === 1
            ? 'One endorsement is confirmed and waits for a person.'
            : `${waiting} endorsements are confirmed and wait for a person.`,
      },
      ...(held === 0
        ? []
        : [{ says: `${held} more look like spam and wait for a decision whether to send the mail that confirms.` }]),
      { leads: 'The review desk', to: deskUrl },
    ],
  }),
} as const;

/** A name that carries an address or a sentence is no name that we write to somebody. */
function plainName(name: string): string {
  return withoutLinks(name).slice(0, 120);
}

/**
 * Writes every letter once, so that a process which could write none does not start.
 * @throws Error naming the letter
 */
export function checkLetters(): void {
  const url = 'https://www.example.org/x/';
  const sample: Endorsing & { verifyUrl: string } = {
    ...{ firstName: 'Ada', campaign: 'Clean Water', summary: 'Wells.', statement: 'Yes.', signedAs: 'Individual' },
    ...{ ownUrl: url, campaignUrl: url, verifyUrl: url },
  };
  const all: Readonly<Record<keyof typeof letters, Letter>> = {
    verify: letters.verify(sample),
    already: letters.already(sample),
    approved: letters.approved(sample),
    withdrawn: letters.withdrawn(sample),
    erased: letters.erased({ campaigns: ['Clean Water'] }),
    review: letters.review({ waiting: 2, held: 1, deskUrl: url }),
  };
  for (const [name, letter] of Object.entries(all)) {
    const { subject, text, html } = rendered(letter, { organization: 'Stewards', siteUrl: 'https://www.example.org' });
    for (const part of [subject, text, html]) {
      if (part.trim() === '' || /undefined|\[object|NaN/.test(part))
        throw new Error(`The letter "${name}" cannot be written.`);
    }
  }
}
