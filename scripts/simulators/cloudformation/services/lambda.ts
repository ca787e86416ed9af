/**
 * Lambda: Invoke, aliases, GetFunction, its configuration and policy, versions. Functions run nothing: `invoking` says what
 * they answer.
 */
import { createHash } from 'node:crypto';
import { page } from '../page.ts';
import type { Account, Resource } from '../state.ts';
import { isTree, type Tree, type Value } from '../template/template.ts';
import { actual, aliasOf, find, functionOf, publish, versionsOf } from './functions.ts';
import { type ServiceAnswer, type ServiceRequest, segments } from './service.ts';

/** The action of a request; refusals name it. */
export function lambdaAction({ method, url }: ServiceRequest): string {
  const [, , , kind, alias] = segments(url);
  if (method === 'POST' && kind === 'invocations') return 'InvokeFunction';
  if (kind === 'aliases' && alias !== undefined && method === 'GET') return 'GetAlias';
  if (kind === 'aliases' && alias !== undefined && method === 'PUT') return 'UpdateAlias';
  if (kind === 'policy' && method === 'GET') return 'GetPolicy';
  if (kind === 'configuration' && method === 'GET') return 'GetFunctionConfiguration';
  if (kind === 'configuration' && method === 'PUT') return 'UpdateFunctionConfiguration';
  if (kind === 'versions' && method === 'POST') return 'PublishVersion';
  if (kind === 'versions' && method === 'GET') return 'ListVersionsByFunction';
  if (kind === undefined && method === 'DELETE') return 'DeleteFunction';
  return method === 'GET' && kind === undefined ? 'GetFunction' : 'NotSimulated';
}

export async function lambda(account: Account, request: ServiceRequest): Promise<ServiceAnswer> {
  const [, , name = '', , alias = ''] = segments(request.url);
  const found = functionOf(account, name);
  if (!found) return missing(`Function not found: ${arn(account, name)}`);
  switch (lambdaAction(request)) {
    case 'InvokeFunction':
      return invoke(account, name, imageOf(found), request.body);
    case 'GetAlias':
      return describeAlias(account, name, alias);
    case 'UpdateAlias':
      return updateAlias(account, name, alias, JSON.parse(request.body.toString()));
    case 'GetPolicy':
      return describePolicy(account, name, request.url.searchParams.get('Qualifier') ?? '');
    case 'GetFunction':
      return describeFunction(account, name, request.url.searchParams.get('Qualifier') ?? '$LATEST', found);
    case 'GetFunctionConfiguration':
      return describeConfiguration(account, name, request.url.searchParams.get('Qualifier') ?? '$LATEST', found);
    case 'UpdateFunctionConfiguration':
      return updateConfiguration(account, name, JSON.parse(request.body.toString()));
    case 'PublishVersion':
      return publishVersion(account, name);
    case 'ListVersionsByFunction':
      return listVersions(account, name, request.url.searchParams.get('Marker') ?? undefined);
    case 'DeleteFunction':
      return deleteVersion(account, name, request.url.searchParams.get('Qualifier') ?? '');
    default:
      return fault(400, 'NotSimulated', `This simulator does not simulate ${request.method} ${request.url.pathname}.`);
  }
}

const imageOf = (resource: Resource) => String((actual(resource).Code as Tree | undefined)?.ImageUri ?? '');

async function invoke(account: Account, functionName: string, imageUri: string, body: Buffer): Promise<ServiceAnswer> {
  const event: Value = body.length > 0 ? JSON.parse(body.toString()) : {};
  const headers = { 'x-amz-executed-version': '$LATEST' };
  await account.clock.sleep(account.stepMs);
  try {
    const answer = await account.invoking({ functionName, imageUri, event: isTree(event) ? event : {} });
    return { status: 200, headers, body: JSON.stringify(answer ?? null) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    const log = Buffer.from(`START RequestId: simulated\n${name}: ${message}\nEND RequestId: simulated\n`);
    return {
      status: 200,
      headers: {
        ...headers,
        'x-amz-function-error': 'Unhandled',
        'x-amz-log-result': log.toString('base64'),
      },
      body: JSON.stringify({ errorType: name, errorMessage: message, trace: [] }),
    };
  }
}

function describeAlias(account: Account, functionName: string, name: string): ServiceAnswer {
  const found = aliasOf(account, functionName, name);
  if (!found) return missing(`Cannot find alias arn: ${arn(account, functionName)}:${name}`);
  const { FunctionVersion } = actual(found[1]);
  return {
    status: 200,
    body: JSON.stringify({
      AliasArn: `${arn(account, functionName)}:${name}`,
      Name: name,
      FunctionVersion,
      RevisionId: revisionOf(found[1]),
    }),
  };
}

function updateAlias(
  account: Account,
  functionName: string,
  name: string,
  input: { readonly FunctionVersion?: string; readonly RevisionId?: string },
): ServiceAnswer {
  const found = aliasOf(account, functionName, name);
  if (!found) return missing(`Cannot find alias arn: ${arn(account, functionName)}:${name}`);
  const [stack, resource] = found;
  if (input.RevisionId !== undefined && input.RevisionId !== revisionOf(resource)) {
    return fault(
      412,
      'PreconditionFailedException',
      'The RevisionId provided does not match the latest RevisionId. Call the GetFunction or the GetAlias API to retrieve the latest RevisionId for your resource.',
    );
  }
  const { FunctionVersion } = input;
  if (FunctionVersion !== undefined) {
    if (!versionsOf(account, functionName).some(({ number }) => number === FunctionVersion)) {
      return missing(`Function not found: ${arn(account, functionName)}:${FunctionVersion}`);
    }
    const live = { ...actual(resource), FunctionVersion };
    stack.resources.set(resource.logicalId, { ...resource, live });
  }
  return describeAlias(account, functionName, name);
}

function describeFunction(account: Account, name: string, qualifier: string, resource: Resource): ServiceAnswer {
  const alias = aliasOf(account, name, qualifier);
  const version = alias ? String(actual(alias[1]).FunctionVersion) : qualifier;
  const published = versionsOf(account, name).find(({ number }) => number === version);
  if (version !== '$LATEST' && !published) return missing(`Function not found: ${arn(account, name)}:${qualifier}`);
  const imageUri = published?.imageUri ?? imageOf(resource);
  return {
    status: 200,
    body: JSON.stringify({
      Configuration: { FunctionName: name, Version: version, State: 'Active', LastUpdateStatus: 'Successful' },
      Code: { ImageUri: imageUri, ResolvedImageUri: imageUri, RepositoryType: 'ECR' },
    }),
  };
}

/** Who may call a function by an alias: the permissions of that alias, and of nothing else. */
function describePolicy(account: Account, name: string, qualifier: string): ServiceAnswer {
  const alias = aliasOf(account, name, qualifier)?.[1].physicalId;
  const permissions = account.stacks
    .filter(({ deletedAt }) => !deletedAt)
    .flatMap(({ resources }) => [...resources.values()])
    .filter(({ type, live }) => type === 'AWS::Lambda::Permission' && live !== null)
    .filter((permission) => alias !== undefined && actual(permission).FunctionName === alias);
  if (permissions.length === 0) return missing('The resource you requested does not exist.');
  const Statement = permissions.map((permission) => {
    const { Action, Principal, SourceArn } = actual(permission);
    return {
      Sid: permission.logicalId,
      Effect: 'Allow',
      Principal: { Service: Principal },
      Action,
      Resource: `${arn(account, name)}:${qualifier}`,
      ...(SourceArn !== undefined && { Condition: { ArnLike: { 'AWS:SourceArn': SourceArn } } }),
    };
  });
  const Policy = JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement });
  return { status: 200, body: JSON.stringify({ Policy }) };
}

function describeConfiguration(account: Account, name: string, qualifier: string, resource: Resource): ServiceAnswer {
  const alias = aliasOf(account, name, qualifier);
  const version = alias ? String(actual(alias[1]).FunctionVersion) : qualifier;
  const published = versionsOf(account, name).find(({ number }) => number === version);
  if (version !== '$LATEST' && !published) return missing(`Function not found: ${arn(account, name)}:${qualifier}`);
  const { imageUri, memoryMB, frozen } = published ?? {
    imageUri: imageOf(resource),
    memoryMB: Number(actual(resource).MemorySize ?? 128),
    frozen: actual(resource),
  };
  const { SubnetIds, SecurityGroupIds } = isTree(frozen.VpcConfig) ? frozen.VpcConfig : {};
  const configuration = {
    FunctionName: name,
    Version: version,
    CodeSha256: createHash('sha256').update(imageUri).digest('hex'),
    MemorySize: memoryMB,
    Timeout: frozen.Timeout ?? 3,
    Environment: frozen.Environment ?? { Variables: {} },
    Description: frozen.Description ?? '',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    VpcConfig: { SubnetIds: SubnetIds ?? [], SecurityGroupIds: SecurityGroupIds ?? [] },
  };
  return { status: 200, body: JSON.stringify(configuration) };
}

/** Whatever is changed, its instances are replaced by new ones. */
function updateConfiguration(account: Account, name: string, { Description }: Tree): ServiceAnswer {
  const [stack, resource] = find(
    account,
    ({ type, physicalId }) => type === 'AWS::Lambda::Function' && physicalId === name,
  ) as NonNullable<ReturnType<typeof find>>;
  const { Description: _, ...rest } = actual(resource);
  const changed = { ...resource, live: { ...rest, ...(Description !== '' && { Description: Description ?? '' }) } };
  stack.resources.set(resource.logicalId, changed);
  return describeConfiguration(account, name, '$LATEST', changed);
}

/** The newest one again, where nothing has changed since it was published. */
function publishVersion(account: Account, name: string): ServiceAnswer {
  const resource = functionOf(account, name) as Resource;
  const newest = versionsOf(account, name).at(-1);
  const isSame = newest && JSON.stringify(newest.frozen) === JSON.stringify(actual(resource));
  const { number } = isSame ? newest : publish(account, name);
  const { body } = describeConfiguration(account, name, number, resource);
  return { status: 201, ...(body !== undefined && { body }) };
}

function listVersions(account: Account, name: string, marker: string | undefined): ServiceAnswer {
  const all = ['$LATEST', ...versionsOf(account, name).map(({ number }) => number)];
  const { items, NextToken } = page(account, all, marker, (number) => number);
  const Versions = items.map((Version) => ({ FunctionName: name, Version }));
  return { status: 200, body: JSON.stringify({ Versions, ...(NextToken !== undefined && { NextMarker: NextToken }) }) };
}

function deleteVersion(account: Account, name: string, number: string): ServiceAnswer {
  if (!/^\d+$/.test(number)) return fault(400, 'NotSimulated', 'This simulator deletes versions, and no functions.');
  const isAliased = find(account, (resource) => {
    const { FunctionName, FunctionVersion } = actual(resource);
    return resource.type === 'AWS::Lambda::Alias' && FunctionName === name && FunctionVersion === number;
  });
  if (isAliased) {
    return fault(
      409,
      'ResourceConflictException',
      `Version ${number} is currently referenced by alias(es). Please delete or update the alias(es) before deleting the version.`,
    );
  }
  // What is gone already is deleted, too.
  const all = account.versions.get(name) ?? [];
  account.versions.set(
    name,
    all.map((version) => (version.number === number ? { ...version, isDeleted: true } : version)),
  );
  return { status: 204 };
}

/** Another one whenever the alias is changed, by whomever. */
const revisionOf = (resource: Resource) =>
  createHash('sha256')
    .update(JSON.stringify([resource.generation, actual(resource)]))
    .digest('hex')
    .slice(0, 32);

const arn = ({ region, id }: Account, name: string) => `arn:aws:lambda:${region}:${id}:function:${name}`;
const missing = (message: string) => fault(404, 'ResourceNotFoundException', message);

export function fault(status: number, type: string, message: string): ServiceAnswer {
  return {
    status,
    headers: { 'x-amzn-errortype': type },
    body: JSON.stringify({ Type: 'User', Message: message, message }),
  };
}
