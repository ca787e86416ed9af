/** What verbs ask of RDS and DynamoDB, as IAM will see it: each action with the resources that it is decided on. */

export interface Asked {
  /** `rds:CreateDBSnapshot` */
  readonly action: string;
  /** An ARN, or `*` for what lists. */
  readonly resource: string;
}

type Input = Readonly<Record<string, unknown>>;
type Handler = (given: { readonly input: Input }) => Promise<unknown>;
interface Client {
  readonly middlewareStack: {
    add(middleware: (next: Handler, context: { commandName?: string }) => Handler, options: object): void;
  };
}

/** An emulator's account. */
const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:123456789012:${rest}`;

/** @returns the client itself, which from then on adds each request to `seen` */
export function watched<C extends object>(client: C, service: 'rds' | 'dynamodb', seen: Asked[]): C {
  (client as unknown as Client).middlewareStack.add(
    (next, { commandName = '' }) =>
      (given) => {
        const operation = commandName.replace(/Command$/, '');
        for (const [action, resource] of decidedOn(operation, given.input))
          seen.push({ action: `${service}:${action}`, resource });
        return next(given);
      },
    { step: 'initialize', name: 'watched', override: true },
  );
  return client;
}

/** By the Service Authorization Reference. */
function decidedOn(operation: string, input: Input): readonly (readonly [action: string, resource: string])[] {
  const instance = arn('rds', `db:${input.DBInstanceIdentifier}`);
  const snapshot = arn('rds', `snapshot:${input.DBSnapshotIdentifier}`);
  switch (operation) {
    case 'CreateDBSnapshot':
      return [
        [operation, instance],
        [operation, snapshot],
        // RDS decides on the tags of what is made as on an action of its own.
        ...(input.Tags === undefined ? [] : [['AddTagsToResource', snapshot] as const]),
      ];
    case 'DeleteDBSnapshot':
      return [[operation, snapshot]];
    case 'StartDBInstance':
    case 'StopDBInstance':
      return [[operation, instance]];
    case 'CreateBackup':
      return [[operation, arn('dynamodb', `table/${input.TableName}`)]];
    case 'DeleteBackup':
      return [[operation, String(input.BackupArn)]];
    case 'DescribeDBInstances':
    case 'DescribeDBSnapshots':
    case 'ListBackups':
      return [[operation, '*']];
    default:
      throw new Error(`Nothing is said here of what ${operation} is decided on.`);
  }
}
