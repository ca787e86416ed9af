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
      '1 to remove, 1 to replace, 1 may be replaced, 3 to change otherwise, 1 to update, 1 to import, 1 to add',
    );
    const { changes } = stackOf({ outcome: 'update', changes: described });
    assert.equal(
      changeLines({ changes: changes.map((own) => ({ ...own, reasons: [], verdict: 'safe' })), findings: [] }),
      [
        '    - remove       AWS::S3::Bucket  E  it is deleted',
        '    ± may replace  AWS::S3::Bucket  D',
        '    ± replace      AWS::S3::Bucket  C  a snapshot is kept',
        '    ? other        AWS::S3::Bucket  G',
        '    ? other        AWS::S3::Bucket  H',
        '    ? other        AWS::S3::Bucket  I',
        '    < import       AWS::S3::Bucket  F',
        '    ~ update       AWS::S3::Bucket  B',
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
