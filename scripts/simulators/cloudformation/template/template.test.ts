import assert from 'node:assert/strict';
import { oneTopic, parameters, simulate, topic } from '../fixture.ts';

/** What CloudFormation says to a template. */
async function verdict(template: object | string): Promise<string> {
  await using sim = await simulate();
  const body = typeof template === 'string' ? template : JSON.stringify(template);
  return await sim.aws.validateTemplate({ TemplateBody: body }).then(
    () => 'valid',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

describe('simulated CloudFormation: templates', () => {
  it('T1 refuses what is not well-formed', async () => {
    assert.equal(
      await verdict('Resources:\n  A: {Type: AWS::SNS::Topic\nB: 1'),
      'ValidationError: Template format error: YAML not well-formed. (line 3, column 1)',
    );
    assert.equal(await verdict('{"Resources":'), 'ValidationError: Template format error: JSON not well-formed.');
    assert.equal(await verdict('just text'), 'ValidationError: Template format error: unsupported structure.');
  });

  it('T2 refuses unknown sections', async () => {
    assert.equal(
      await verdict({ ...oneTopic, Resource: {}, Output: {} }),
      'ValidationError: Template format error: Invalid template property or properties [Resource, Output]',
    );
  });

  it('T3 refuses a template without resources', async () => {
    assert.equal(
      await verdict({ Resources: {} }),
      'ValidationError: Template format error: At least one Resources member must be defined.',
    );
  });

  it('T4 refuses a resource without a type', async () => {
    assert.equal(
      await verdict({ Resources: { A: { Properties: {} } } }),
      'ValidationError: Template format error: [/Resources/A] Every Resources object must contain a Type member.',
    );
  });

  it('T5 refuses resource attributes that there are not', async () => {
    assert.equal(
      await verdict({ Resources: { A: { ...topic, Propertys: {} } } }),
      "ValidationError: Invalid template resource property 'Propertys'",
    );
  });

  it('T6 refuses names that cannot be types', async () => {
    assert.equal(
      await verdict({ Resources: { A: { Type: 'AWS::SNS' }, B: { Type: 'Topic' }, C: { Type: 'Custom::Own' } } }),
      'ValidationError: Template format error: Unrecognized resource types: [AWS::SNS, Topic]',
    );
  });

  it('T7 refuses references to resources that are not there', async () => {
    assert.equal(
      await verdict({
        Resources: { A: { ...topic, Properties: { X: { Ref: 'B' } } }, C: { ...topic, DependsOn: 'D' } },
      }),
      'ValidationError: Template format error: Unresolved resource dependencies [B, D] in the Resources block of the template',
    );
    assert.equal(
      await verdict({ ...oneTopic, Outputs: { O: { Value: { 'Fn::Sub': `\${Nowhere}` } } } }),
      'ValidationError: Template format error: Unresolved resource dependencies [Nowhere] in the Outputs block of the template',
    );
  });

  it('T8 refuses attributes of resources that are not there', async () => {
    const expected = 'ValidationError: Template error: instance of Fn::GetAtt references undefined resource B';
    assert.equal(await verdict('Resources: {A: {Type: AWS::SNS::Topic, Properties: {X: !GetAtt B.Arn}}}'), expected);
    assert.equal(await verdict(`Resources: {A: {Type: AWS::SNS::Topic, Properties: {X: !Sub "\${B.Arn}"}}}`), expected);
  });

  it('T9 refuses resources that wait for each other', async () => {
    assert.equal(
      await verdict(
        'Resources:\n  A: {Type: AWS::SNS::Topic, DependsOn: [C]}\n  B: {Type: AWS::SNS::Topic, Properties: {X: !Ref A}}\n  C: {Type: AWS::SNS::Topic, DependsOn: B}',
      ),
      'ValidationError: Circular dependency between resources: [A, B, C]',
    );
  });

  it('T10 refuses more than 51,200 bytes', async () => {
    // Two bytes a letter, so that bytes and characters differ.
    const start = `Resources: {A: {Type: AWS::SNS::Topic}} # ${'ü'.repeat(20_000)}`;
    const sized = (bytes: number) => start + 'x'.repeat(bytes - Buffer.byteLength(start));
    assert.equal(await verdict(sized(51_200)), 'valid');
    assert.match(await verdict(sized(51_201)), /at 'templateBody' failed .* length less than or equal to 51200$/);
  });

  it('T11 refuses more than CloudFormation takes', async () => {
    const many = (count: number, what: object) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`R${i}`, what]));
    assert.equal(await verdict({ Resources: many(500, topic) }), 'valid');
    assert.match(
      await verdict({ Resources: many(501, topic) }),
      /Number of resources, 501, is greater than maximum allowed, 500$/,
    );
    assert.match(
      await verdict({ ...oneTopic, Parameters: many(201, { Type: 'String' }) }),
      /Number of parameters, 201/,
    );
  });

  it('T12 refuses what it does not simulate', async () => {
    assert.match(await verdict({ ...oneTopic, Transform: 'AWS::LanguageExtensions' }), /^NotSimulated: .*transforms/);
    assert.match(
      await verdict({ ...oneTopic, Outputs: { O: { Value: 'x', Export: { Name: 'y' } } } }),
      /^NotSimulated: .*exports/,
    );
    assert.match(
      await verdict({ ...oneTopic, Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>' } } }),
      /^NotSimulated: .*Systems Manager/,
    );
  });

  it('T13 works out functions, long and short', async () => {
    await using sim = await simulate();
    await sim.deploy(
      'fn',
      `
Parameters: {Size: {Type: Number, Default: 3}}
Mappings: {Sizes: {small: {GB: 20}}}
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: plain-name}}
Outputs:
  Ref: {Value: !Ref Bucket}
  Long: {Value: {Ref: Bucket}}
  Arn: {Value: !GetAtt Bucket.Arn}
  Sub: {Value: !Sub 'a-\${Bucket}-\${Size}-\${AWS::Region}-\${!Literal}'}
  SubOwn: {Value: !Sub ['\${Own}\${Bucket}', {Own: !Select [1, [p, q]]}]}
  Join: {Value: !Join ['/', [!Ref AWS::AccountId, !Ref 'AWS::StackName', 1]]}
  Split: {Value: !Select [2, !Split [',', 'a,b,c']]}
  Zone: {Value: !Select [0, !GetAZs '']}
  Map: {Value: !FindInMap [Sizes, small, GB]}
  Base64: {Value: !Base64 hello}
  Date: {Value: 2010-09-09}
`,
    );
    const { Outputs = [] } = await sim.stack('fn');
    assert.deepEqual(Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])), {
      Ref: 'plain-name',
      Long: 'plain-name',
      Arn: 'arn:aws:s3:us-east-1:123456789012:bucket/plain-name',
      Sub: `a-plain-name-3-us-east-1-\${Literal}`,
      SubOwn: 'qplain-name',
      Join: '123456789012/fn/1',
      Split: 'c',
      Zone: 'us-east-1a',
      Map: '20',
      Base64: 'aGVsbG8=',
      Date: '2010-09-09',
    });
  });

  it('T14 makes a list of a CommaDelimitedList', async () => {
    await using sim = await simulate();
    await sim.deploy(
      'a',
      'Parameters: {Ids: {Type: CommaDelimitedList}}\nResources: {A: {Type: AWS::SNS::Topic}}\nOutputs: {Second: {Value: !Select [1, !Ref Ids]}}',
      { Parameters: parameters({ Ids: 'x, y,z' }) },
    );
    assert.equal((await sim.stack('a')).Outputs?.[0]?.OutputValue, 'y');
  });

  it('T15 divides blocks of addresses', async () => {
    await using sim = await simulate();
    await sim.deploy(
      'a',
      `
Resources: {A: {Type: AWS::SNS::Topic}}
Outputs:
  Four: {Value: !Join [' ', !Cidr [10.0.0.0/16, 3, 8]]}
  Six: {Value: !Join [' ', !Cidr ['2001:db8:0:1a00::/56', 2, 64]]}
`,
    );
    const { Outputs = [] } = await sim.stack('a');
    assert.deepEqual(
      Outputs.map(({ OutputValue }) => OutputValue),
      ['10.0.0.0/24 10.0.1.0/24 10.0.2.0/24', '2001:db8:0:1a00::/64 2001:db8:0:1a01::/64'],
    );
  });

  it('T16 leaves out what its condition leaves out', async () => {
    await using sim = await simulate();
    const template = `
Parameters: {Tier: {Type: String}}
Conditions:
  IsProduction: !Equals [!Ref Tier, production]
  IsOther: !Not [!Condition IsProduction]
Resources:
  Always: {Type: AWS::SNS::Topic, Properties: {DisplayName: !If [IsProduction, big, !Ref AWS::NoValue]}}
  Sometimes: {Type: AWS::SNS::Topic, Condition: IsProduction}
Outputs:
  Production: {Condition: IsProduction, Value: 'yes'}
  Other: {Condition: IsOther, Value: 'yes'}
`;
    for (const [tier, resources, output] of [
      ['production', ['Always', 'Sometimes'], 'Production'],
      ['staging', ['Always'], 'Other'],
    ] as const) {
      await sim.deploy(tier, template, { Parameters: parameters({ Tier: tier }) });
      const { StackResources = [] } = await sim.aws.describeStackResources({ StackName: tier });
      assert.deepEqual(
        StackResources.map(({ LogicalResourceId }) => LogicalResourceId),
        resources,
      );
      assert.deepEqual(
        (await sim.stack(tier)).Outputs?.map(({ OutputKey }) => OutputKey),
        [output],
      );
    }
    assert.match(
      await verdict('Resources: {A: {Type: AWS::SNS::Topic, Condition: Nope}}'),
      /Unresolved condition dependency Nope in the Resources/,
    );
    assert.match(
      await verdict('Resources: {A: {Type: AWS::SNS::Topic, Properties: {X: !If [Nope, 1, 2]}}}'),
      /unresolved condition dependency Nope in Fn::If/,
    );
  });

  it('T17 tells parameters and capabilities of a template', async () => {
    await using sim = await simulate();
    const { $metadata: _, ...answer } = await sim.aws.validateTemplate({
      TemplateBody: JSON.stringify({
        Description: 'What it is',
        Parameters: {
          Size: { Type: 'String', Default: 'small', Description: 'how big' },
          Key: { Type: 'String', NoEcho: true },
        },
        Resources: { Role: { Type: 'AWS::IAM::Role' } },
      }),
    });
    assert.deepEqual(answer, {
      Description: 'What it is',
      Parameters: [
        { ParameterKey: 'Size', DefaultValue: 'small', NoEcho: false, Description: 'how big' },
        { ParameterKey: 'Key', NoEcho: true },
      ],
      Capabilities: ['CAPABILITY_IAM'],
      CapabilitiesReason: 'The following resource(s) require capabilities: [AWS::IAM::Role]',
    });
  });

  it('T18 summarises a template, passed or deployed', async () => {
    await using sim = await simulate();
    const template = { Parameters: { Size: { Type: 'String', Default: 'a', AllowedValues: ['a', 'b'] } }, ...oneTopic };
    await sim.deploy('a', template);
    const { $metadata: _, ...deployed } = await sim.aws.getTemplateSummary({ StackName: 'a' });
    assert.deepEqual(deployed, {
      Parameters: [
        {
          ParameterKey: 'Size',
          DefaultValue: 'a',
          NoEcho: false,
          ParameterType: 'String',
          ParameterConstraints: { AllowedValues: ['a', 'b'] },
        },
      ],
      ResourceTypes: ['AWS::SNS::Topic'],
      Version: '2010-09-09',
    });
    const { $metadata: __, ...passed } = await sim.aws.getTemplateSummary({ TemplateBody: JSON.stringify(template) });
    assert.deepEqual(passed, deployed);
  });

  it('T19 gives a template back', async () => {
    await using sim = await simulate();
    const body = '# with a comment\nResources: {A: {Type: AWS::SNS::Topic}}\n';
    const { ChangeSetName } = await sim.create('a', body);
    assert.equal((await sim.aws.getTemplate({ ChangeSetName })).TemplateBody, body);
    await assert.rejects(sim.aws.getTemplate({ StackName: 'a' }), /has no template/);
    await sim.aws.executeChangeSet({ ChangeSetName });
    await sim.settle();
    assert.equal((await sim.aws.getTemplate({ StackName: 'a' })).TemplateBody, body);
  });
});

describe('simulated CloudFormation: parameters', () => {
  const sized = (more: object = {}) => ({ Parameters: { Size: { Type: 'String', ...more } }, ...oneTopic });

  it('M1 refuses a parameter without a value', async () => {
    await using sim = await simulate();
    await assert.rejects(sim.create('a', sized()), {
      name: 'ValidationError',
      message: 'Parameters: [Size] must have values',
    });
    await sim.create('a', sized({ Default: 'x' }));
  });

  it('M2 refuses a value for no parameter', async () => {
    await using sim = await simulate();
    await assert.rejects(sim.create('a', oneTopic, { Parameters: parameters({ Size: 'x', Colour: 'y' }) }), {
      name: 'ValidationError',
      message: 'Parameters: [Size, Colour] do not exist in the template',
    });
  });

  it('M3 takes the previous value where that is asked', async () => {
    await using sim = await simulate();
    await sim.deploy('a', sized(), { Parameters: parameters({ Size: 'large' }) });
    await sim.deploy(
      'a',
      { ...sized(), Resources: { Topic: topic, More: topic } },
      {
        ChangeSetType: 'UPDATE',
        Parameters: [{ ParameterKey: 'Size', UsePreviousValue: true }],
      },
    );
    assert.deepEqual((await sim.stack('a')).Parameters, parameters({ Size: 'large' }));
  });

  it('M4 refuses a previous value that there is not', async () => {
    await using sim = await simulate();
    await assert.rejects(sim.create('a', sized(), { Parameters: [{ ParameterKey: 'Size', UsePreviousValue: true }] }), {
      message:
        'Invalid input for parameter key Size. Cannot specify usePreviousValue as true for a parameter key not in the previous template',
    });
  });

  it('M5 refuses values that are not allowed', async () => {
    await using sim = await simulate();
    const given = { Parameters: parameters({ Size: 'huge' }) };
    await assert.rejects(
      sim.create('a', sized({ AllowedValues: ['small'] }), given),
      /Parameter 'Size' must be one of AllowedValues$/,
    );
    await assert.rejects(
      sim.create('a', sized({ AllowedPattern: 'hug' }), given),
      /Parameter 'Size' must match pattern hug$/,
    );
    await assert.rejects(sim.create('a', sized({ Type: 'Number' }), given), /Parameter 'Size' must be a number/);
    await sim.create('a', sized({ AllowedPattern: '[a-z]+' }), given);
  });

  it('M6 never shows a secret value', async () => {
    await using sim = await simulate();
    const given = { Parameters: parameters({ Size: 'secret' }) };
    const { ChangeSetName } = await sim.create('a', sized({ NoEcho: true }), given);
    const shown = [{ ParameterKey: 'Size', ParameterValue: '****' }];
    assert.deepEqual((await sim.aws.describeChangeSet({ ChangeSetName })).Parameters, shown);
    await sim.aws.executeChangeSet({ ChangeSetName });
    await sim.settle();
    assert.deepEqual((await sim.stack('a')).Parameters, shown);
  });
});
