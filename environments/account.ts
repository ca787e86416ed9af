/** Where everything lives. One AWS account holds both tiers. */
import type { AccountDefinition } from './definition.ts';

export const account: AccountDefinition = {
  region: 'us-east-1',
  github: {
    // The repository whose workflows may deploy; yours has to stand here before the account is bootstrapped. GitHub
    // allows no name with two hyphens in a row, so that until then nobody is trusted.
    owner: 'your--organization',
    repository: 'coalition-builder',
    ownerId: '0',
    repositoryId: '0',
  },
  releases: {
    versionsKept: 15,
    imagesKept: 50,
  },
  allowedChanges: [],
  ignoredDrift: [],
};
