import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { environments } from '../../../environments/index.ts';
import { readTemplate } from '../../../generator/cloudformation/read-yaml.ts';
import { compile, placeholderRelease } from '../../../generator/compile.ts';
import { alarmsIn } from '../alarms.ts';
import { deadLink, runbookOf } from '../runbooks.ts';

const room = import.meta.dirname;
const root = join(room, '../../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const index = 'scripts/operate/runbooks/README.md';
const files = globSync(['{api,generator,scripts}/**/RUNBOOK.md', 'scripts/operate/runbooks/*.md'], { cwd: root });

interface Typed {
  readonly file: string;
  readonly verb: string;
  readonly words: readonly string[];
}

/** Every `npm run …` of the runbooks; one may go on in the next line. */
function commands(): readonly Typed[] {
  return files.flatMap((file) =>
    [...read(file).matchAll(/npm run (?:--silent )?([a-z-]+)(?: -- ([^`\n]*(?:\n(?=\s*--)[^`\n]*)*))?/g)].map(
      ([, verb = '', rest = '']) => ({ file, verb, words: rest.split(/\s+/).filter(Boolean) }),
    ),
  );
}

describe('runbooks: what they tell to type', function () {
  this.timeout(60_000);

  it('are verbs, with flags and environments that there are', async () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const typed = commands();
    assert.ok(typed.length > 60, `only ${typed.length} commands were found`);
    const verbs = [...new Set(typed.map(({ verb }) => verb))];
    const help = new Map(
      await Promise.all(
        verbs.map(async (verb) => {
          const file = /scripts\/[a-z-]+\.ts$/.exec(scripts[verb] ?? '')?.[0];
          assert.ok(file, `npm run ${verb} is no verb`);
          const { stdout } = await promisify(execFile)(process.execPath, [file, '--help'], { cwd: root });
          return [verb, stdout] as const;
        }),
      ),
    );
    for (const { file, verb, words } of typed) {
      const text = help.get(verb) ?? '';
      for (const flag of words.filter((word) => word.startsWith('--')))
        assert.match(text, new RegExp(`^ +(-\\w, )?${flag}\\b`, 'm'), `${file}: npm run ${verb} has no ${flag}`);
      const [first] = words;
      if (/\[?<?environment/.test(text) && first !== undefined && verb !== 'database')
        assert.ok(first in environments, `${file}: npm run ${verb} -- ${first}`);
    }
  });

  it('are told for each alarm, and everything that is told is listed', async () => {
    const headings = files
      .filter((file) => file !== index)
      .flatMap((file) => [...read(file).matchAll(/^## (.+)$/gm)].map(([, title = '']) => ({ file, title })));
    const listed = linksOf(index);
    assert.deepEqual(
      listed.toSorted(),
      headings.map(({ file, title }) => `${file}#${title.toLowerCase().replaceAll(' ', '-')}`).toSorted(),
    );
    const linked = alarmsIn(environments.production).map(({ description }) => runbookOf(description));
    assert.ok(linked.length > 10);
    for (const place of linked) assert.ok(listed.includes(`${place?.file}#${place?.heading}`), place?.heading);
  });

  it('lead to headings that are there', async () => {
    for (const file of files) {
      for (const place of linksOf(file))
        assert.equal(await deadLink(`https://github.com/o/r/blob/main/${place}`), undefined, `${file}: ${place}`);
    }
    const { Properties } = compile(environments.production, placeholderRelease)
      .filter(({ stack }) => stack === 'monitoring')
      .flatMap(({ body }) => Object.values(readTemplate(body).Resources))
      .find(({ Type }) => Type === 'AWS::Events::Rule') ?? { Properties: undefined };
    assert.equal(await deadLink(String(Properties?.Description)), undefined);
  });
});

/** Places in this repository, as `file.md#heading`, that a file links to. */
function linksOf(file: string): readonly string[] {
  return [...read(file).matchAll(/\]\(([\w./-]*)#([\w-]+)\)/g)].map(
    ([, path = '', heading = '']) => `${path === '' ? file : join(dirname(file), path)}#${heading}`,
  );
}
