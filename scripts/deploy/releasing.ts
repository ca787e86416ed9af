/** What tests of releases share: an account with a small application in it, released and asked as the real one is. */
import { type EnvironmentName, environments } from '../../environments/index.ts';
import type { CompiledStack } from '../../generator/compile.ts';
import { functionName } from '../../generator/names.ts';
import type { SimulatorOptions } from '../simulators/cloudformation/simulator.ts';
import { deployEnvironment } from './deploy-environment.ts';
import { simulatedAccount } from './fixture.ts';
import { liveVersion } from './live-version.ts';
import { type ReleaseRecord, releases } from './release-record.ts';
import { openSession } from './session.ts';

export const environment = environments.development;
export const bucket = 'deployments-123456789012';

/** The two stacks of a release as the generator names them, with no more in them than a release needs. */
export function release(
  digit: string,
  more: { readonly api?: string; readonly of?: EnvironmentName } = {},
): readonly CompiledStack[] {
  const { api = '', of = 'development' } = more;
  const image = `1.dkr.ecr.us-east-1.amazonaws.com/coalition-builder-lambda@sha256:${digit.repeat(64)}`;
  const functionNamed = (name: string) =>
    `  Function:\n    Type: AWS::Lambda::Function\n    Properties: {FunctionName: ${name}, Code: {ImageUri: '${image}'}}`;
  const stack = (name: string, body: string): CompiledStack => ({
    stackName: `coalition-builder-${of}-${name}`,
    stack: name,
    path: `environments/${of}/${name}.yaml`,
    body,
    parameters: {},
    dependsOn: [],
    capabilities: [],
    tags: {},
    stateful: false,
    protection: false,
  });
  return [
    stack('jobs', `Resources:\n${functionNamed(`coalition-${of}-jobs`)}\n`),
    stack(
      'api',
      `Resources:
${functionNamed(`coalition-${of}`)}
  Version${digit}:
    Type: AWS::Lambda::Version
    DeletionPolicy: RetainExceptOnCreate
    Properties: {FunctionName: !Ref Function}
  LiveAlias:
    Type: AWS::Lambda::Alias
    Properties: {Name: live, FunctionName: !Ref Function, FunctionVersion: !GetAtt Version${digit}.Version}
  RestApi: {Type: AWS::ApiGateway::RestApi, Properties: {Name: x}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref RestApi, StageName: ${of}}}
${api}Outputs:
  Url: {Value: !Sub 'https://\${RestApi}.execute-api.us-east-1.amazonaws.com/\${Stage}'}
`,
    ),
  ];
}

const accountStack: CompiledStack = {
  ...(release('0')[0] as CompiledStack),
  stackName: 'coalition-builder-bootstrap',
  stack: 'bootstrap',
  path: 'account/bootstrap.yaml',
  body: `Resources:\n  Bucket: {Type: AWS::S3::Bucket, Properties: {BucketName: ${bucket}}}\n  Images: {Type: AWS::ECR::Repository, Properties: {RepositoryName: coalition-builder-lambda}}\nOutputs:\n  DeploymentsBucketName: {Value: !Ref Bucket}\n`,
};

export async function releasing(options: SimulatorOptions = {}, name: EnvironmentName = 'development') {
  const account = await simulatedAccount(options);
  const said: string[] = [];
  const signal = new AbortController().signal;
  const session = await openSession(account.connection, signal, (line) => said.push(line), { name });
  return {
    account,
    session,
    said: () => said.join('\n'),
    deployAccount: () => deployEnvironment(session, { name: 'account', environment, stacks: [accountStack] }),
    deploy: (stacks: readonly CompiledStack[]) =>
      deployEnvironment(session, { name, environment: environments[name], stacks }),
    live: async () => (await liveVersion(session, functionName(name)))?.version,
    records: (): Promise<ReleaseRecord[]> => Array.fromAsync(releases(session, bucket, name)),
    async [Symbol.asyncDispose]() {
      session.close();
      await account[Symbol.asyncDispose]();
    },
  };
}

export const isImage = (imageUri: string, digit: string) => imageUri.endsWith(digit.repeat(64));
export const healthy = { status: 200, body: '{ "status": "healthy" }' };
