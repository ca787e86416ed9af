/** What `account.ts` may say: where everything lives, who deploys to it, and how much of the past is kept. */
import * as z from 'zod/mini';
import { lastDay, list, oneOf, record, rule, text, whole } from './fields.ts';

// The lengths are GitHub's.
const githubOwner = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/;
const githubRepository = /^[A-Za-z0-9_.-]{1,100}$/;
const githubId = /^\d{1,12}$/;

/** Three environments may each hold on to other images: the repositories are shared. */
const environmentsOfAnAccount = 3;

const stack = text(/^coalition-builder-[a-z-]+$/, 'a stack like "coalition-builder-production-database"', 'its stack');
const resource = text(/^[A-Za-z][A-Za-z0-9]*$/, 'a logical id like "Database"', 'its logical id in the template');

const allowedChange = record(
  {
    stack,
    resource: text(
      /^([A-Za-z][A-Za-z0-9]*|\*)$/,
      'a logical id like "Database", or "*"',
      'its logical id in the template',
    ),
    change: oneOf(['replace', 'remove', 'destroy'], 'what may happen to it; destroy is for a whole stack'),
    until: lastDay('the last day on which it may happen'),
    reason: text(/\S.{9,}/, 'a reason of at least ten characters', 'why, for whoever reviews it'),
  },
  rule({
    over: ['resource', 'change'],
    holds: ({ resource: what, change }) => (what === '*') === (change === 'destroy'),
    about: 'resource',
    allowed: ({ change }) => (change === 'destroy' ? '"*": a stack goes as a whole' : 'a logical id like "Database"'),
  }),
);

const ignoredDrift = record({
  stack,
  resource,
  property: text(/^[A-Za-z][A-Za-z0-9.]*$/, 'a property like "Environment.Variables"', 'with all that is below it'),
  until: lastDay('the last day on which it is ignored'),
  reason: text(/\S.{9,}/, 'a reason of at least ten characters', 'why it may stay as somebody made it by hand'),
});

export const accountDefinition = record({
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region like "us-east-1"', 'the region that every stack lives in'),
  id: z.exactOptional(
    text(
      /^\d{12}$/,
      'an account id of 12 digits',
      'the account to deploy to; without it, whichever the credentials are for',
    ),
  ),
  github: record({
    owner: text(githubOwner, 'the name of an organization or person on GitHub', 'whose repository deploys'),
    repository: text(
      githubRepository,
      'the name of a repository on GitHub, without its owner',
      'which repository deploys',
    ),
    ownerId: text(githubId, 'digits in quotes', '`gh api repos/OWNER/REPOSITORY --jq .owner.id` prints it'),
    repositoryId: text(githubId, 'digits in quotes', '`gh api repos/OWNER/REPOSITORY --jq .id` prints it'),
  }),
  releases: record(
    {
      versionsKept: whole(2, 50, 'how many versions of a function can be rolled back to'),
      imagesKept: whole(6, 500, 'how many images of each kind the registry keeps'),
    },
    rule({
      over: ['versionsKept', 'imagesKept'],
      holds: ({ versionsKept, imagesKept }) => imagesKept >= versionsKept * environmentsOfAnAccount,
      about: 'imagesKept',
      allowed: ({ versionsKept }) =>
        `at least ${versionsKept * environmentsOfAnAccount}: each of three environments keeps ${versionsKept} versions, and one whose image has expired cannot be rolled back to`,
    }),
  ),
  allowedChanges: list(allowedChange, 'dangerous changes that may be deployed nevertheless, each until a day'),
  ignoredDrift: list(ignoredDrift, 'what somebody changed by hand and drift does not count, each until a day'),
});
