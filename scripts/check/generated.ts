/** Whether the committed templates are what `npm run generate` would write. */
import { templates } from '../../generator/templates.ts';
import { differences } from '../generate/folder.ts';
import type { Checker } from './checker.ts';

export const generated: Checker = {
  name: 'generated',
  subject: 'templates/ against environments/ and generator/',
  remedy: '`npm run generate` writes them; commit what it changes.',
  check: () => differences(templates()),
};
