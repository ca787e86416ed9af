import assert from 'node:assert/strict';
import { environmentNames, environments } from '../../environments/index.ts';
import { alarmsIn } from './alarms.ts';
import { deadLink, runbookOf } from './runbooks.ts';

const at = (place: string) => `Something is wrong. https://github.com/owner/repository/blob/main/${place}`;

describe('runbooks', () => {
  for (const name of environmentNames) {
    it(`every alarm of ${name} leads to the heading that has its name`, async () => {
      const alarms = alarmsIn(environments[name]);
      assert.ok(alarms.length > 0);
      for (const alarm of alarms) {
        assert.equal(await deadLink(alarm.description), undefined, alarm.name);
        assert.equal(runbookOf(alarm.description)?.heading, alarm.name.replace(`-${name}`, ''));
        // CloudWatch takes 1,024 characters.
        assert.ok(alarm.description.length < 500, alarm.name);
      }
    });
  }

  it('finds a heading as GitHub links it, and says which is not there', async () => {
    assert.equal(
      await deadLink(at('scripts/operate/logs/README.md#cold-starts-why-the-usual-command-finds-nothing')),
      undefined,
    );
    assert.equal(await deadLink(at('README.md#nowhere')), 'names README.md#nowhere, a heading that is not there');
    assert.equal(await deadLink(at('docs/none.md#nowhere')), 'names docs/none.md, which is not there');
    for (const none of ['Something is wrong.', 'See README.md#commands.', at('README.md')])
      assert.equal(await deadLink(none), 'names no runbook', none);
  });

  it('does not take a comment in a block of code for a heading', async () => {
    assert.equal(
      await deadLink(at('CONTRIBUTING.md#run-it')),
      'names CONTRIBUTING.md#run-it, a heading that is not there',
    );
  });
});
