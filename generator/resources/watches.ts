/** What is watched, and from which number on somebody is told. */
import type { Environment, EnvironmentName } from '../../environments/index.ts';
import type { Expression } from '../cloudformation/expression.ts';
import { functionName, instanceIdentifier, jobsFunctionName, keepWarmRuleName } from '../names.ts';
import type { Watch } from './alarm.ts';

/** Where it is written what each means and what to do, under its name. */
const runbooks = {
  api: 'api/lambda/RUNBOOK.md',
  jobs: 'api/jobs/RUNBOOK.md',
  limits: 'api/limits/RUNBOOK.md',
  database: 'api/database/RUNBOOK.md',
} as const;

const ofFunction = (name: EnvironmentName) => ({
  runbook: runbooks.api,
  namespace: 'AWS/Lambda',
  dimensions: { FunctionName: functionName(name) },
});
const ofApi = (name: EnvironmentName) => ({
  runbook: runbooks.api,
  namespace: 'AWS/ApiGateway',
  dimensions: { ApiName: functionName(name), Stage: name },
});

/** Of an environment that is only tried out: what means that it is broken. */
export function essentialWatches({ name }: Environment): readonly Watch[] {
  return [
    {
      name: 'lambda-high-error-rate',
      description: 'More than 10 requests in 5 minutes ended in an error of the function.',
      ...ofFunction(name),
      metric: 'Errors',
      statistic: 'Sum',
      bound: { above: 10 },
      missing: 'notBreaching',
    },
    {
      name: 'api-server-errors',
      description: 'API Gateway answered more than 10 requests in 5 minutes with a status of 500 or more.',
      ...ofApi(name),
      metric: '5XXError',
      statistic: 'Sum',
      bound: { above: 10 },
      missing: 'notBreaching',
    },
  ];
}

/** Of one that people rely on: what will break it. */
export function furtherWatches(environment: Environment, tableName: Expression): readonly Watch[] {
  const { name, tier, lambda } = environment;
  return [
    {
      name: 'jobs-failing',
      description: 'Jobs have failed more than 3 times in 15 minutes: mail may wait, or addresses.',
      runbook: runbooks.jobs,
      namespace: 'AWS/Lambda',
      metric: 'Errors',
      dimensions: { FunctionName: jobsFunctionName(name) },
      statistic: 'Sum',
      periodSeconds: 900,
      bound: { above: 3 },
      missing: 'notBreaching',
    },
    {
      name: 'lambda-throttles',
      description: 'Requests found no instance: the concurrency of the function or of the account is used up.',
      ...ofFunction(name),
      metric: 'Throttles',
      statistic: 'Sum',
      bound: { above: 0 },
      missing: 'notBreaching',
    },
    {
      name: 'lambda-duration',
      description: 'For 15 minutes one request in twenty has taken four fifths of the time that it may take.',
      ...ofFunction(name),
      metric: 'Duration',
      statistic: 'p95',
      periods: 3,
      bound: { above: lambda.timeoutSeconds * 1000 * 0.8 },
      missing: 'notBreaching',
    },
    {
      name: 'api-latency',
      description: 'For 15 minutes one request in twenty has taken more than 5 seconds.',
      ...ofApi(name),
      metric: 'Latency',
      statistic: 'p95',
      periods: 3,
      bound: { above: 5000 },
      missing: 'notBreaching',
    },
    // Not UserErrors: that counts the whole account's bad requests.
    ...(['ReadThrottleEvents', 'WriteThrottleEvents'] as const).map(
      (metric): Watch => ({
        name: metric === 'ReadThrottleEvents' ? 'rate-limits-read-throttles' : 'rate-limits-write-throttles',
        description: 'DynamoDB turned requests to the rate-limit table away: its ceiling is reached.',
        runbook: runbooks.limits,
        namespace: 'AWS/DynamoDB',
        metric,
        dimensions: { TableName: tableName },
        statistic: 'Sum',
        bound: { above: 0 },
        missing: 'notBreaching',
      }),
    ),
    ...(tier.database.mode === 'rds' ? databaseWatches(environment) : []),
    ...(lambda.keepWarmMinutes === undefined ? [] : [keepWarmStopped(environment)]),
  ];
}

function databaseWatches({ tier }: Environment): readonly Watch[] {
  const watch = (name: string, description: string, metric: string, bound: Watch['bound']): Watch => ({
    name: `database-${name}`,
    description,
    runbook: runbooks.database,
    namespace: 'AWS/RDS',
    metric,
    dimensions: { DBInstanceIdentifier: instanceIdentifier(tier) },
    statistic: 'Average',
    periods: 3,
    bound,
    missing: 'missing',
  });
  const connections = Math.floor(tier.database.maxConnections * 0.8);
  return [
    watch('storage', 'Less than 4 GiB of storage are free.', 'FreeStorageSpace', { below: 4 * 1024 ** 3 }),
    watch('cpu', 'The processor has been busy for 15 minutes.', 'CPUUtilization', { above: 80 }),
    watch('connections', `More than ${connections} connections are open.`, 'DatabaseConnections', {
      above: connections,
    }),
    watch('credits', 'Nearly no CPU credits are left: beyond them every hour costs extra.', 'CPUCreditBalance', {
      below: 30,
    }),
    watch('memory', 'Less than 100 MiB of memory are free.', 'FreeableMemory', { below: 100 * 1024 ** 2 }),
  ];
}

function keepWarmStopped({ name }: Environment): Watch {
  return {
    name: 'keep-warm-stopped',
    description: 'Nothing has kept the function awake for an hour.',
    runbook: runbooks.api,
    namespace: 'AWS/Events',
    metric: 'Invocations',
    dimensions: { RuleName: keepWarmRuleName(name) },
    statistic: 'Sum',
    periodSeconds: 3600,
    bound: { below: 1 },
    missing: 'breaching',
  };
}
