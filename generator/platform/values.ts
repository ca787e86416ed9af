/**
 * What references will stand for once deployed: names as the templates give them, and made-up ones where AWS makes them
 * up, so that policies can be read, and evaluated, as IAM will see them.
 */
import { importedBy, type Place, type Platform, type PlatformStack, placesOf } from './platform.ts';

/** An account that nobody has. */
export const account = { id: '123456789012', region: 'us-east-1', partition: 'aws', urlSuffix: 'amazonaws.com' };

const pseudo: Readonly<Record<string, string>> = {
  'AWS::AccountId': account.id,
  'AWS::Partition': account.partition,
  'AWS::Region': account.region,
  'AWS::URLSuffix': account.urlSuffix,
};

/** The value with every reference and function worked out. */
export function resolved(platform: Platform, stack: PlatformStack, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => resolved(platform, stack, item));
  if (typeof value !== 'object' || value === null) return value;
  if ('Ref' in value) return named(platform, stack, String(value.Ref), undefined);
  if ('Fn::GetAtt' in value) {
    const [id, attribute] = value['Fn::GetAtt'] as [string, string];
    return named(platform, stack, id, attribute);
  }
  if ('Fn::Sub' in value) {
    return String(value['Fn::Sub']).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`;
      const [id = '', ...attribute] = name.split('.');
      return String(named(platform, stack, id, attribute.length > 0 ? attribute.join('.') : undefined));
    });
  }
  if ('Fn::Join' in value) {
    const [separator, items] = value['Fn::Join'] as [string, unknown];
    return [resolved(platform, stack, items)].flat(2).join(separator);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(platform, stack, item)]));
}

export function text(platform: Platform, stack: PlatformStack, value: unknown): string {
  return String(resolved(platform, stack, value));
}

function named(platform: Platform, stack: PlatformStack, name: string, attribute: string | undefined): unknown {
  if (name === 'AWS::StackName') return stack.stackName;
  if (pseudo[name] !== undefined) return pseudo[name];
  const place = placesOf(stack).find(({ id }) => id === name);
  if (place) return attribute === undefined ? refOf(platform, place) : attributeOf(platform, place, attribute);
  const imported = importedBy(stack, name);
  const producer = platform.stacks.find(({ stackName }) => stackName === imported?.stackName);
  const output = imported && producer?.template.Outputs?.[imported.output];
  if (!producer || !output) throw new Error(`${stack.path} takes ${name}, and no stack hands that on.`);
  return resolved(platform, producer, output.Value);
}

/** Which property names a resource, where one does. */
const nameProperty: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::ECR::Repository': 'RepositoryName',
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::Events::Rule': 'Name',
  'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::RDS::DBInstance': 'DBInstanceIdentifier',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::Scheduler::Schedule': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SNS::Topic': 'TopicName',
};

export function physicalName(platform: Platform, { stack, id, type, properties }: Place): string {
  const given = properties[nameProperty[type] ?? ''];
  // CloudFormation names what has no name after its stack, with something random behind.
  return given === undefined ? `${stack.stackName}-${id}-1A2B3C4D5E6F` : text(platform, stack, given);
}

export function arnOf(platform: Platform, place: Place): string {
  const name = physicalName(platform, place);
  const regional = (service: string, rest: string) =>
    `arn:${account.partition}:${service}:${account.region}:${account.id}:${rest}`;
  const path = String(place.properties.Path ?? '/');
  switch (place.type) {
    case 'AWS::DynamoDB::Table':
      return regional('dynamodb', `table/${name}`);
    case 'AWS::ECR::Repository':
      return regional('ecr', `repository/${name}`);
    case 'AWS::ECS::TaskDefinition':
      return regional('ecs', `task-definition/${place.properties.Family}:1`);
    case 'AWS::Events::Rule':
      return regional('events', `rule/${name}`);
    case 'AWS::IAM::ManagedPolicy':
      return `arn:${account.partition}:iam::${account.id}:policy${path}${name}`;
    case 'AWS::IAM::OIDCProvider':
      return `arn:${account.partition}:iam::${account.id}:oidc-provider/${String(place.properties.Url).replace('https://', '')}`;
    case 'AWS::IAM::Role':
      return `arn:${account.partition}:iam::${account.id}:role${path}${name}`;
    case 'AWS::Lambda::Function':
      return regional('lambda', `function:${name}`);
    case 'AWS::Lambda::Alias':
      return regional(
        'lambda',
        `function:${text(platform, place.stack, place.properties.FunctionName)}:${place.properties.Name}`,
      );
    case 'AWS::Logs::LogGroup':
      return regional('logs', `log-group:${name}:*`);
    case 'AWS::RDS::DBInstance':
      return regional('rds', `db:${name}`);
    case 'AWS::S3::Bucket':
      return `arn:${account.partition}:s3:::${name}`;
    case 'AWS::Scheduler::Schedule':
      return regional('scheduler', `schedule/default/${name}`);
    case 'AWS::SecretsManager::Secret':
      return regional('secretsmanager', `secret:${name}-a1B2c3`);
    case 'AWS::SNS::Topic':
      return regional('sns', name);
    default:
      return `${name}-arn`;
  }
}

const refIsArn = new Set([
  'AWS::ECS::TaskDefinition',
  'AWS::IAM::ManagedPolicy',
  'AWS::Lambda::Alias',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
]);

function refOf(platform: Platform, place: Place): string {
  return refIsArn.has(place.type) ? arnOf(platform, place) : physicalName(platform, place);
}

function attributeOf(platform: Platform, place: Place, attribute: string): string {
  if (attribute === 'MasterUserSecret.SecretArn') return masterSecretArn(physicalName(platform, place));
  return /Arn$/.test(attribute) ? arnOf(platform, place) : `${place.id}.${attribute}`;
}

/** RDS calls it after an id of the instance that nobody chose, and tags it with the instance's ARN. */
function masterSecretArn(instance: string): string {
  return `arn:${account.partition}:secretsmanager:${account.region}:${account.id}:secret:rds!db-${instance}-a1B2c3`;
}
