/** A simulated repository with a simulated account behind it: what the workflows are run against. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { deploymentsBucket } from '../../scripts/deploy/deployments-bucket.ts';
import { liveVersion } from '../../scripts/deploy/live-version.ts';
import { rehearsed } from '../../scripts/deploy/rehearsal.ts';
import { type ReleaseRecord, releases } from '../../scripts/deploy/release-record.ts';
import { openSession } from '../../scripts/deploy/session.ts';
import { startSimulator } from '../../scripts/simulators/cloudformation/simulator.ts';
import { dockerOnPath } from '../../scripts/simulators/docker.ts';
import { type GitHubSimulator, simulatedToken, startGitHubSimulator } from '../../scripts/simulators/github.ts';
import { makeRepository, type Repository } from '../../scripts/simulators/github-actions/repository.ts';
import {
  type EnvironmentSettings,
  type Event,
  makeSite,
  type Site,
} from '../../scripts/simulators/github-actions/site.ts';
import { find, type Moto, startMoto } from '../../scripts/testing/moto.ts';

export const account = '123456789012';
const name = 'coalition/backend';
const role = (of: string) => `arn:aws:iam::${account}:role/coalition-builder-${of}`;
const deployer = (environment: string) => ({ AWS_DEPLOY_ROLE_ARN: role(`deploy-${environment}`) });

export interface World extends AsyncDisposable {
  readonly repository: Repository;
  readonly site: Site;
  readonly github: GitHubSimulator;
  readonly cloudFormation: Awaited<ReturnType<typeof startSimulator>>;
  readonly moto: Moto;
  /** The first commit of main. */
  readonly first: string;
  /** Changes what production's reviewers answer. */
  reviewers(answer: EnvironmentSettings['approve'] | undefined): void;
  /** The same site with other variables of the repository. */
  without(...vars: string[]): Site;
  with(more: Readonly<Record<string, string>>): Site;
  /** Where one service of AWS answers from now on. */
  point(service: 'ECS', url: string): void;
  /** Says whose the secret of an environment's database is. */
  tagSecret(environment: string, owner: string): Promise<void>;
  /** To which the alias of an environment's API points. */
  liveVersion(environment: string): Promise<string | undefined>;
  /** What the last deploy of an environment has left. */
  lastRecord(environment: string): Promise<ReleaseRecord>;
  /** Runs a verb as the person does who sets this up. */
  asAdministrator(...args: string[]): Promise<void>;
}

/** @returns undefined where this machine has no moto: `.ci/requirements.txt` names it */
export async function makeWorld(): Promise<World | undefined> {
  const command = find('moto_server');
  if (!command) return undefined;
  const moto = await startMoto(command);
  const cloudFormation = await startSimulator({ stepMs: 1, ...rehearsed });
  const github = await startGitHubSimulator([], name);
  const repository = makeRepository([
    '.github',
    '.npmrc',
    'api',
    // Tests, Census files and pictures: no step of a workflow that is run here reads them.
    ':!*.test.ts',
    ':!api/local/boundaries/*.zip',
    ':!api/geodata/fixtures',
    ':!*.png',
    'environments',
    'generator',
    'package*.json',
    'scripts',
    'templates',
  ]);
  const first = repository.commit(
    {
      'environments/account.ts': (text) =>
        text.replace(/owner: '.*'/, "owner: 'coalition'").replace(/repository: '.*'/, "repository: 'backend'"),
    },
    'generate',
  );
  const bin = mkdtempSync(join(tmpdir(), 'simulated-machine-'));
  mkdirSync(join(bin, 'registry'));
  writeFileSync(join(bin, 'docker'), dockerOnPath, { mode: 0o755 });
  writeFileSync(join(bin, 'aws'), '#!/bin/sh\necho password\n', { mode: 0o755 });
  const machine: Record<string, string> = {
    PATH: bin,
    SIMULATED_DOCKER: join(bin, 'registry'),
    // CloudFormation, and what a release asks of Lambda and S3; moto has the rest.
    AWS_ENDPOINT_URL: cloudFormation.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: moto.url,
    AWS_ENDPOINT_URL_ECS: moto.url,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: moto.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    GITHUB_API_URL: github.url,
  };
  const environments: Record<string, EnvironmentSettings> = {
    preview: { branches: ['main'] },
    development: { branches: ['main'], vars: deployer('development') },
    staging: { branches: ['main'], vars: deployer('staging') },
    production: { branches: ['main'], vars: deployer('production'), approve: () => true },
  };
  const vars = { AWS_ACCOUNT_ID: account, AWS_REGION: 'us-east-1', AWS_PREVIEW_ROLE_ARN: role('preview') };
  const settings = { name, repository, token: simulatedToken, vars, environments, machine };
  const site = makeSite(settings);
  const others: Site[] = [];
  github.reviewed.add('production');
  // The stack database makes them; the simulator of CloudFormation makes nothing in moto.
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const connection = { region: 'us-east-1', endpoint: cloudFormation.url, credentials };
  const session = await openSession(connection, new AbortController().signal, () => {});
  const secrets = new SecretsManager({ region: 'us-east-1', endpoint: moto.url, credentials });
  const secretOf = (environment: string) => `coalition-builder-${environment}-database`;
  for (const environment of ['development', 'staging', 'production']) {
    const Tags = [{ Key: 'Environment', Value: environment }];
    await secrets.createSecret({ Name: secretOf(environment), SecretString: '{}', Tags });
  }
  return {
    repository,
    site,
    github,
    cloudFormation,
    moto,
    first,
    reviewers(answer) {
      const { approve: _, ...rules } = environments.production ?? {};
      environments.production = answer ? { ...rules, approve: answer } : rules;
      if (answer) github.reviewed.add('production');
      else github.reviewed.delete('production');
    },
    with(more) {
      const other = makeSite({ ...settings, vars: { ...vars, ...more } });
      others.push(other);
      return other;
    },
    without(...missing) {
      const kept = Object.fromEntries(Object.entries(vars).filter(([key]) => !missing.includes(key)));
      const other = makeSite({ ...settings, vars: kept });
      others.push(other);
      return other;
    },
    point(service, url) {
      machine[`AWS_ENDPOINT_URL_${service}`] = url;
    },
    async tagSecret(environment, owner) {
      await secrets.tagResource({ SecretId: secretOf(environment), Tags: [{ Key: 'Environment', Value: owner }] });
    },
    async liveVersion(environment) {
      return (await liveVersion(session, `coalition-${environment}`))?.version;
    },
    async lastRecord(environment) {
      const bucket = (await deploymentsBucket(session)) ?? '';
      for await (const record of releases(session, bucket, environment)) return record;
      throw new Error(`${environment} has no record.`);
    },
    async asAdministrator(...args) {
      const [verb, ...words] = args;
      const env = {
        ...process.env,
        ...machine,
        PATH: process.env.PATH,
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
      };
      await promisify(execFile)(process.execPath, [`scripts/${verb}.ts`, ...words], { cwd: repository.folder, env });
    },
    async [Symbol.asyncDispose]() {
      for (const each of [site, ...others]) each[Symbol.dispose]();
      repository[Symbol.dispose]();
      rmSync(bin, { recursive: true });
      secrets.destroy();
      session.close();
      await github[Symbol.asyncDispose]();
      await cloudFormation.stop();
      await moto[Symbol.asyncDispose]();
    },
  };
}

const payload = { repository: { default_branch: 'main' } };

export const pushed = (sha: string): Event => ({ name: 'push', ref: 'refs/heads/main', sha, payload });

export const dispatched = (sha: string, branch = 'main'): Event => ({
  name: 'workflow_dispatch',
  ref: `refs/heads/${branch}`,
  sha,
  payload,
});

export const scheduled = (sha: string): Event => ({ name: 'schedule', ref: 'refs/heads/main', sha, payload });

export const pullRequest = (
  head: string,
  base: string,
  { from = name, actor = 'ann' }: { readonly from?: string; readonly actor?: string } = {},
  number = 7,
): Event => ({
  name: 'pull_request',
  ref: `refs/pull/${number}/merge`,
  sha: head,
  actor,
  payload: {
    ...payload,
    number,
    pull_request: {
      number,
      head: { ref: 'change', sha: head, repo: { full_name: from } },
      base: { ref: 'main', sha: base },
      user: { login: actor },
    },
  },
});
