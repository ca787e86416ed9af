import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';

/** `| H15 | deactivated campaigns still showed | \`api/contract.database.test.ts\` |` */
const rows = [...readFileSync('api/defects.md', 'utf8').matchAll(/^\| ([HL]\d+) \| (.+?) \| (.+?) \|$/gm)].map(
  ([, id = '', defect = '', held = '']) => ({ id, defect, held, tag: `(${id}: ${defect})` }),
);
const texts = new Map(
  globSync('{api,scripts,generator}/**/*.test.ts').map((path) => [path, readFileSync(path, 'utf8')]),
);

/** Titles of tests, whatever their quotes; a describe does not count. */
function titlesOf(text: string): string {
  return [...text.matchAll(/\bit\(\s*(['"`])(.*?)\1,/g)].map(([, , title]) => title).join('\n');
}

describe('the list of defects', () => {
  it('has all forty, each once', () => {
    const twenty = (letter: string) => Array.from({ length: 20 }, (_, index) => `${letter}${index + 1}`);
    assert.deepEqual(
      rows.map(({ id }) => id),
      [...twenty('H'), ...twenty('L')],
    );
  });

  it('names for each the tests that quote it', () => {
    for (const { id, tag, held } of rows) {
      const files = [...held.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);
      const found = [...texts].filter(([, text]) => titlesOf(text).includes(tag)).map(([file]) => file);
      assert.ok(files.length > 0, id);
      assert.deepEqual(found.sort(), files.sort(), `${tag}: the tests that quote it, against api/defects.md`);
    }
  });

  it('is quoted word for word', () => {
    const tags = rows.map(({ tag }) => tag).join('\n');
    for (const [file, text] of texts) {
      for (const [quoted] of titlesOf(text).matchAll(/\([HL]\d+: [^()]*\)/g))
        assert.ok(tags.includes(quoted), `${file}: ${quoted}`);
    }
  });
});
