/** Whether the drawings show what the templates say. */
import { staleDrawings } from '../diagram/drawings.ts';
import type { Checker } from './checker.ts';

export const diagrams: Checker = {
  name: 'diagrams',
  subject: 'drawings against templates/**',
  remedy: '`npm run diagram` draws them anew; commit what it changes.',
  check: async () =>
    [...(await staleDrawings()).keys()].map((where) => ({ where, message: 'is not what the templates give' })),
};
