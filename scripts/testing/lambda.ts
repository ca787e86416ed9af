/** The built bundle as Lambda runs it, for tests: a process of its own, with a database and what it asks of AWS. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, bundle } from '../build/bundle.ts';
import { writeCodeCache } from '../build/loader.ts';
import { type SimulatedAws, simulatedAws } from '../simulators/aws-for-a-request.ts';
import { type FunctionDescription, type SimulatedLambda, startLambda } from '../simulators/lambda-runtime/simulator.ts';

let bundled: Promise<Bundle> | undefined;

/** Bundled once a process, into a folder that goes with it, with the code cache that its image has. */
export function lambdaBundle(): Promise<Bundle> {
  if (!bundled) {
    const parent = mkdtempSync(join(tmpdir(), 'coalition-bundle-'));
    process.once('exit', () => rmSync(parent, { recursive: true, force: true }));
    bundled = bundle('lambda', parent).then(async (made) => {
      await writeCodeCache(made.folder);
      return made;
    });
  }
  return bundled;
}

export const secretArns = {
  database: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:coalition-builder-database-AbCdEf',
  key: 'arn:aws:secretsmanager:us-east-1:111122223333:secret:coalition-builder-key-AbCdEf',
};

export interface LambdaOnTrial extends AsyncDisposable {
  readonly lambda: SimulatedLambda;
  readonly aws: SimulatedAws;
}

/** @param databaseUrl is handed out as the database's secret, as on AWS; tests' databases belong to no environment */
export async function lambdaOnTrial(
  databaseUrl: string,
  more: Partial<FunctionDescription> & { readonly variables?: Record<string, string> } = {},
): Promise<LambdaOnTrial> {
  const aws = await simulatedAws({
    [secretArns.database]: databaseUrl,
    [secretArns.key]: 'a secret that only tests know',
  });
  const lambda = await startLambda({
    folder: (await lambdaBundle()).folder,
    handler: 'lambda.handler',
    ...more,
    variables: {
      AWS_ENDPOINT_URL: aws.url,
      DATABASE_SECRET_ARN: secretArns.database,
      SECRET_KEY_ARN: secretArns.key,
      RATE_LIMIT_TABLE: 'coalition-builder-rate-limits',
      MEDIA_BUCKET: 'coalition-builder-media',
      PUBLIC_BASE_URL: 'https://api.example.org',
      CORS_ORIGINS: 'https://www.example.org',
      TRUSTED_PROXY_HOPS: '2',
      ...more.variables,
    },
  });
  return {
    lambda,
    aws,
    async [Symbol.asyncDispose]() {
      await lambda.stop();
      await aws[Symbol.asyncDispose]();
    },
  };
}
