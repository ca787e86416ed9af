/** Which files hold drawings, and what each of them is to hold: from the templates, so that none can tell of the past. */
import type { Platform } from '../platform/platform.ts';
import { stackDiagram, stacksDiagram } from './mermaid.ts';
import { picture } from './picture.ts';

const environment = 'production';
const mark = { begin: '<!-- npm run diagram: begin -->', end: '<!-- npm run diagram: end -->' };

/** A document that has lost the marks between which it is drawn. */
export class UnmarkedError extends Error {
  readonly exitCode = 2;
  readonly remedy = `Put "${mark.begin}" and "${mark.end}" on lines of their own where the diagram is to be.`;
  constructor(path: string) {
    super(`${path} does not say where its diagram begins and ends.`);
    this.name = 'UnmarkedError';
  }
}

/**
 * @param readme the README as it is
 * @returns what each file is to hold, by its path in the repository
 * @throws UnmarkedError (exit code 2)
 */
export function drawn(platform: Platform, readme: string): ReadonlyMap<string, string> {
  return new Map([
    ['README.md', between('README.md', readme, stacksDiagram(platform, environment))],
    ['generator/diagram/platform.svg', picture(platform, environment)],
    ['generator/diagram/stacks.md', stacks(platform)],
  ]);
}

function between(path: string, text: string, diagram: string): string {
  const [begin, end] = [text.indexOf(mark.begin), text.indexOf(mark.end)];
  if (begin < 0 || end < begin) throw new UnmarkedError(path);
  return `${text.slice(0, begin + mark.begin.length)}\n\n${diagram}\n\n${text.slice(end)}`;
}

function stacks(platform: Platform): string {
  const shown = platform.stacks.filter(({ owner }) => owner === environment || owner === 'account');
  return [
    '# Stacks',
    '',
    `Drawn by \`npm run diagram\` from the templates of ${environment} and of the account; the other environments differ in sizes.`,
    'An arrow leads from a resource to what it refers to. What only connects (routes, permissions, policies) is looked through.',
    '',
    ...shown.flatMap((stack) => [
      `## ${stack.name}`,
      '',
      stack.template.Description,
      '',
      stackDiagram(platform, stack),
      '',
    ]),
  ].join('\n');
}
