import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fitted, type Section } from './fit.ts';

const section = (title: string, blocks: readonly (readonly string[])[]): Section => ({
  title,
  before: `<details><summary>${title}</summary>\n\n`,
  behind: '\n</details>',
  blocks,
  dangers: [],
  rank: 0,
});
const lines = (count: number, text = 'x'.repeat(50)) =>
  Array.from({ length: count }, (_, index) => [`+ ${index}`, `    ${text}`]);

/** Every block that is opened is closed again, by a line of its own. */
function assertClosed(text: string) {
  assert.equal(text.match(/<details/g)?.length ?? 0, text.match(/^<\/details>$/gm)?.length ?? 0);
  const opened = [...text.matchAll(/^(`{3,})diff$/gm)];
  for (const { 1: fence = '', index = 0 } of opened) assert.match(text.slice(index + 4), new RegExp(`^${fence}$`, 'm'));
}

describe('a document within its room', () => {
  it('is whole where there is room', () => {
    const text = fitted(['head'], [section('one', lines(2)), section('two', lines(3))], 'foot', { budget: 10_000 });
    assert.match(text, /^head\n\n<details>[\s\S]+ {4}x+\n```\n<\/details>\n\nfoot\n$/);
    assert.doesNotMatch(text, /no room/);
  });

  it('cuts the long ones, not the short ones, at the end of a change, and says how much is missing', () => {
    const all = [section('long', lines(400)), section('short', lines(5)), section('longer', lines(900))];
    const text = fitted(['head'], all, 'foot', { budget: 20_000, run: 'https://example.org' });
    assert.ok(text.length <= 20_000 && text.length > 18_000, String(text.length));
    const [long = '', short = '', longer = ''] = text.split('</details>');
    assert.equal(short.match(/^\+ /gm)?.length, 5);
    const shown = [long, longer].map((each) => each.match(/^\+ /gm)?.length ?? 0);
    assert.ok(Math.abs((shown[0] ?? 0) - (shown[1] ?? 0)) <= 1, `${shown}: as much of each`);
    assert.match(long, new RegExp(` {4}x{50}\\n# … for ${400 - (shown[0] ?? 0)} more there is no room\\n\`\`\`\\n$`));
    assert.ok(
      text.includes(
        `**Cut short, for there is no room: long (${shown[0]} of 400 shown); longer (${shown[1]} of 900 shown).** The run has all of it.`,
      ),
    );
    assertClosed(text);
  });

  it('shows the beginning of a change that alone is too long, and never less fence than it needs', () => {
    const huge = section('huge', [['+ one', `    ${'y'.repeat(50_000)}`, '````````']]);
    const text = fitted(['head'], [huge], 'foot', { budget: 5000 });
    assert.ok(text.length <= 5000 && text.length > 3500, String(text.length));
    assert.match(text, /```diff\n\+ one\n {4}y+…\n# … for the rest there is no room\n```\n<\/details>/);
  });

  it('leaves out the last, by their names, where nothing useful of each could be shown', () => {
    const all = Array.from({ length: 100 }, (_, index) => section(`stack ${index}`, lines(100)));
    const text = fitted(['head'], all, 'foot', { budget: 10_000 });
    const shown = text.match(/<details/g)?.length ?? 0;
    assert.ok(shown > 5 && shown < 20, String(shown));
    assert.ok(
      text.includes(`Left out, for there is no room: stack ${shown}; stack ${shown + 1}; stack ${shown + 2}; and`),
    );
  });

  it('is never longer than it may be, closes what it opens, and names or shows everything', () => {
    const block = fc.array(
      fc.string({ maxLength: 400 }).map((line) => line.replaceAll('\n', ' ')),
      { minLength: 1 },
    );
    const made = fc.array(fc.array(block, { maxLength: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(made, fc.integer({ min: 3000, max: 30_000 }), (contents, budget) => {
        const sections = contents.map((blocks, index) => section(`stack ${index}.`, blocks));
        const text = fitted(['head'], sections, 'foot', { budget });
        assert.ok(text.length <= budget, `${text.length} of ${budget}`);
        const shown = text.match(/^<details><summary>stack/gm)?.length ?? 0;
        if (shown < sections.length) assert.match(text, /Left out, for there is no room: stack/);
        sections.slice(0, shown).forEach(({ title }) => void assert.ok(text.includes(`<summary>${title}`), title));
      }),
    );
  });
});
