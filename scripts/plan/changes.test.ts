import assert from 'node:assert/strict';
import { fromChangeSet, fromTemplate } from './changes.ts';
import { factsOf } from './facts.ts';
import { stackOf } from './fixture.ts';
import { changeLines, counts } from './text.ts';

const change = (Action: string, LogicalResourceId: string, more: object = {}) => ({
  ResourceChange: { Action, LogicalResourceId, ResourceType: 'AWS::S3::Bucket', ...more },
});

describe('plan: changes', () => {
  it('knows every action of CloudFormation, and survives those it will invent', () => {
    const described = [
      change('Add', 'A'),
      change('Modify', 'B', { Replacement: 'False' }),
      change('Modify', 'C', { Replacement: 'True', PolicyAction: 'ReplaceAndSnapshot' }),
      change('Modify', 'D', { Replacement: 'Conditional' }),
      change('Remove', 'E', { PolicyAction: 'Delete' }),
      change('Import', 'F'),
      change('Dynamic', 'G'),
      change('SyncWithActual', 'H'),
      change('Teleport', 'I'),
      {},
    ];
    assert.equal(
      counts(fromChangeSet(described)),
      '1 to remove, 1 to replace, 1 may be replaced, 1 to change, nobody knows how, 1 to change otherwise, 1 to update, 1 to be noted as it is, 1 to import, 1 to add',
    );
    const { changes } = stackOf({ outcome: 'update', changes: described });
    assert.equal(
      changeLines({ changes: changes.map((own) => ({ ...own, reasons: [], verdict: 'safe' })), findings: [] }),
      [
        '    - remove       AWS::S3::Bucket  E  it is deleted',
        '    ± may replace  AWS::S3::Bucket  D',
        '    ? undecided    AWS::S3::Bucket  G',
        '    ? other        AWS::S3::Bucket  I',
        '    ± replace      AWS::S3::Bucket  C  a snapshot is kept',
        '    < import       AWS::S3::Bucket  F',
        '    ~ update       AWS::S3::Bucket  B',
        '    = note         AWS::S3::Bucket  H',
        '    + add          AWS::S3::Bucket  A',
      ].join('\n'),
    );
  });

  it('names each property once, and an attribute that is no property', () => {
    const Details = ['Tags', 'Name', 'Name'].map((Name) => ({ Target: { Attribute: 'Properties', Name } }));
    const [changed] = fromChangeSet([
      change('Modify', 'A', { Details: [...Details, { Target: { Attribute: 'Metadata' } }] }),
    ]);
    assert.deepEqual(changed?.properties, ['Metadata', 'Name', 'Tags']);
  });

  it('tells what somebody else has changed: what was deployed, what is there, and what comes', () => {
    const drifted = (Name: string, Drift: object, more: object = {}) => ({
      Target: { Attribute: 'Properties', Name, Drift, ...more },
    });
    const context = (Properties: object) => JSON.stringify({ Properties });
    const described = [
      change('Modify', 'A', {
        Replacement: 'False',
        ResourceDriftStatus: 'MODIFIED',
        BeforeContext: context({ Timeout: 60, Environment: { Variables: { A: 'x', API_KEY: 'mine' } } }),
        AfterContext: context({ Timeout: 30, Environment: { Variables: { A: 'y', API_KEY: 'ours' } } }),
        Details: [
          drifted('Timeout', { PreviousValue: '30', ActualValue: '60' }),
          drifted('Environment', { PreviousValue: '{"Variables":{"A":"y","API_KEY":"old"}}' }),
        ],
      }),
      change('SyncWithActual', 'B', {
        ResourceDriftStatus: 'MODIFIED',
        Details: [drifted('Name', { PreviousValue: 'x', ActualValue: 'z' }, { AttributeChangeType: 'SyncWithActual' })],
      }),
      change('Add', 'C', { ResourceDriftStatus: 'DELETED' }),
    ];
    const { changes } = stackOf({ outcome: 'update', changes: described });
    assert.deepEqual(
      changes.map(({ action, drift, values }) => [action, drift, values]),
      [
        [
          'update',
          'modified',
          [
            { path: 'Environment.Variables.A', before: 'x', after: 'y', deployed: 'y' },
            { path: 'Environment.Variables.API_KEY', before: '••••', after: '••••', deployed: '••••', secret: true },
            { path: 'Timeout', before: '60', after: '30', deployed: '30' },
          ],
        ],
        ['note', 'modified', [{ path: 'Name', before: 'z', after: 'z', deployed: 'x' }]],
        ['add', 'deleted', []],
      ],
    );
    const text = changeLines({ changes, findings: [] }, 120);
    assert.match(text, /~ update .*A {2}changed by hand\n/);
    assert.match(text, /Timeout +60 → 30 {2}deployed as 30\n/);
    assert.match(text, /Name {2}z → z {2}stays so, deployed as x\n/);
    assert.match(text, /\+ add .*C {2}deleted by hand$/);
  });

  it('takes everything in a template as new', () => {
    assert.deepEqual(
      fromTemplate(
        factsOf('Resources:\n  B: {Type: AWS::S3::Bucket}\n  A: {Type: AWS::SNS::Topic, Properties: {X: !Ref B}}\n'),
      ),
      [
        { action: 'add', logicalId: 'A', type: 'AWS::SNS::Topic', properties: [], values: [] },
        { action: 'add', logicalId: 'B', type: 'AWS::S3::Bucket', properties: [], values: [] },
      ],
    );
  });
});
