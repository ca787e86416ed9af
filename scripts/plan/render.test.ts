import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { added, everything, modified, planWith, removed, stackOf, updated } from './fixture.ts';
import { renderMarkdown, summaryBudget } from './markdown.ts';
import { planOf, stackPlan } from './plan.ts';
import { changeLines, costLine } from './text.ts';

/** As it is checked in, to be read; `UPDATE_GOLDEN=1` writes it anew. */
function assertGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, 'golden', name);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8'));
}

const network = (environment: string) => {
  const type = 'AWS::Logs::LogGroup';
  const change = (name: string) =>
    modified({
      id: name,
      type,
      before: { LogGroupName: `/logs/${environment}`, RetentionInDays: 7 },
      after: { LogGroupName: `/logs/${environment}`, RetentionInDays: 14 },
    });
  return stackOf(updated(change('LogGroup')), {}, 'api');
};
const planOfEnvironment = (environment: string, stack = network(environment)) => {
  const { version: _, hash: __, ...rest } = planWith(stack);
  const stacks = rest.stacks.map((own) => ({ ...own, stackName: own.stackName.replace('-demo-', `-${environment}-`) }));
  return planOf({ ...rest, environment, stacks });
};

describe('plan: rendered', () => {
  it('for a terminal', () => {
    const stack = stackOf(everything);
    assertGolden('terminal.txt', `${changeLines(stack, 110)}\n    ${costLine(stack)}\n`);
  });

  it('for a narrow terminal, without a line that is wider', () => {
    const text = changeLines({ ...stackOf(everything), findings: [] }, 60);
    const values = text.split('\n').filter((line) => line.startsWith('     '));
    assert.deepEqual(
      values.filter((line) => line.length > 60),
      [],
    );
    assert.match(text, /^ {8}MasterUsername .*\n {10}- postgres\n {10}\+ admin$/m);
  });

  it('as Markdown for all environments', () => {
    const plans = new Map([
      ['development', planOfEnvironment('development')],
      ['staging', planOfEnvironment('staging')],
      ['production', planOfEnvironment('production', stackOf(everything))],
    ]);
    assertGolden('comment.md', renderMarkdown(plans, { run: 'https://github.example/runs/1' }));
  });

  it('as JSON', () => {
    const plan = planWith(stackOf(everything));
    const file = join(import.meta.dirname, 'golden', 'plan.json');
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, JSON.stringify(plan, null, 2));
    // By value, for the formatter has its own mind about line breaks.
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), plan);
  });

  it('as the summary of a run, unfolded', () => {
    const plans = new Map([['demo', planWith(stackOf(everything))]]);
    assertGolden('summary.md', renderMarkdown(plans, { budget: summaryBudget, open: true }));
  });

  it('within the budget: dangers are whole, of many additions some are shown, and what was cut is said', () => {
    const long = Array.from({ length: 900 }, (_, index) =>
      added(`Addition${index}${'x'.repeat(80)}`, 'AWS::SQS::Queue'),
    );
    const quiet = stackOf(updated(...long), {}, 'queues');
    const bad = stackOf(updated(removed('Data', 'AWS::S3::Bucket', 'Delete')), {}, 'storage');
    const text = renderMarkdown(new Map([['demo', planWith(quiet, bad)]]));
    assert.ok(text.length <= 65_000 && text.length > 60_000, String(text.length));
    assert.match(text, /> - \*\*blocked\*\* `Data`/);
    assert.match(text, /! remove AWS::S3::Bucket Data/);
    assert.match(text, /\+ add AWS::SQS::Queue Addition1x/);
    const shown = text.match(/^\+ add AWS::SQS::Queue /gm)?.length ?? 0;
    assert.ok(text.includes(`\n# … for ${900 - shown} more there is no room\n`), String(shown));
    assert.ok(
      text.includes(
        `**Cut short, for there is no room: queues in demo: 900 to add (${shown} of 900 shown).** The plan`,
      ),
      text.slice(-600),
    );
  });

  it('lets no value out of its fence', () => {
    const text = renderMarkdown(new Map([['demo', planWith(stackOf(everything))]]));
    const fences = [...text.matchAll(/^(`{3,})diff\n([\s\S]*?)\n\1$/gm)];
    assert.equal(fences.length, 1);
    assert.match(fences[0]?.[2] ?? '', /@all <\/details>/);
    assert.equal(fences[0]?.[1], '`````');
  });

  it('calls nobody and links nothing by what a reason says', () => {
    const { hash: _, ...stack } = stackOf(updated(removed('Data', 'AWS::S3::Bucket', 'Delete')), {}, 'storage');
    const reasons = ['ask @acme/owners, see #12, https://evil.example and www.evil.example <img src=x> `a` [b](c)'];
    const changes = stack.changes.map((change) => ({ ...change, reasons }));
    const text = renderMarkdown(new Map([['demo', planWith(stackPlan({ ...stack, changes }))]]));
    const [, said] = /^> - \*\*blocked\*\* .*?: (ask .*?); `allowed/m.exec(text) ?? [];
    // As GitHub sees it when it looks for people, issues and addresses.
    const seen = said?.replace(/&#(\d+);/g, (_sign, code) => String.fromCharCode(Number(code))) ?? '';
    assert.match(seen, /^ask @\u200bacme.*#\u200b12, https:\u200b\/\/evil\.example and www\u200b\.evil/);
    assert.doesNotMatch(said ?? '<', /[<>`[\]]/);
  });

  it('says that nothing would change, or that nobody knows', () => {
    const nothing = planWith(stackOf({ outcome: 'unchanged' }));
    assert.match(renderMarkdown(new Map([['demo', nothing]])), /Nothing would change\./);
    const failed = renderMarkdown(new Map([['demo', undefined]]));
    assert.match(failed, /No plan of demo could be read; its preview failed\./);
    assert.doesNotMatch(failed, /Nothing would change/);
  });
});
