import assert from 'node:assert/strict';
import { deployed } from '../../operate/doctor/fixture.ts';
import { copyOfProject } from '../fixture.ts';

describe('drift: kept', function () {
  this.timeout(60_000);

  it('by a patch of environments/, where one value says it; else by whoever reads where it is written', async () => {
    await using demo = await deployed();
    using project = copyOfProject();
    const { simulator } = demo;
    simulator.tamper('coalition-builder-development-api', 'Function', { MemorySize: '2048' });
    simulator.tamper('coalition-builder-development-monitoring', 'Topic', { DisplayName: 'by hand' });
    simulator.tamper('coalition-builder-nonproduction-database', 'Database', { DBInstanceClass: 'db.t4g.large' });
    simulator.tamper('coalition-builder-development-api', 'GatewayPermission', null);
    const { code, stdout, stderr } = await project.run('drift', ['development', '--patch'], simulator.variables);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^--- a\/environments\/\S+\n\+\+\+ b\/environments\/\S+\n@@ -\d+,\d+ \+\d+,\d+ @@\n/);
    assert.match(stdout, /\n- {4}memoryMB: 512,\n\+ {4}memoryMB: 2048,\n/);
    assert.match(stdout, /\n- {4}instanceClass: '\S+',\n\+ {4}instanceClass: 'db\.t4g\.large',\n/);
    assert.match(
      stderr,
      /environments\/development\.ts lambda\.memoryMB: 2048 {2}\d+ more of its resources change with it\n/,
    );
    assert.match(stderr, /! coalition-builder-development-api GatewayPermission was deleted by hand/);
    assert.match(
      stderr,
      /! coalition-builder-development-monitoring Topic DisplayName: nothing in environments\/ says it; generator\/resources\/alarm-topic\.ts:\d+ does\n/,
    );
  });
});
