import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import {
  assemble,
  type EnvironmentName,
  type Environments,
  environmentNames,
  environments,
} from '../environments/index.ts';
import { written } from '../environments/testing/written.ts';
import { readTemplate } from './cloudformation/read-yaml.ts';
import { capabilitiesOf, compile, compileAccount, placeholderRelease } from './compile.ts';

describe('generator: compile', () => {
  it('names, orders and tags the stacks of an environment', () => {
    const compiled = compile(environments.development, placeholderRelease);
    assert.deepEqual(
      compiled.map(({ path, stateful, protection }) => [path, stateful, protection]),
      [
        ['tiers/nonproduction/network.yaml', false, true],
        ['tiers/nonproduction/database.yaml', true, true],
        ['tiers/nonproduction/rate-limits.yaml', true, true],
        ['tiers/nonproduction/geodata-import.yaml', false, true],
        ['environments/development/storage.yaml', true, true],
        ['environments/development/cdn.yaml', false, true],
        ['environments/development/jobs.yaml', false, true],
        ['environments/development/api.yaml', false, true],
        ['environments/development/monitoring.yaml', false, true],
      ],
    );
    for (const [index, { stackName, path, dependsOn, tags }] of compiled.entries()) {
      const [scope, owner = '', stack = ''] = path.replace('.yaml', '').split('/');
      assert.equal(stackName, `coalition-builder-${owner}-${stack}`);
      const scoped = { Tier: 'nonproduction', ...(scope === 'environments' && { Environment: owner }) };
      assert.deepEqual(tags, { Project: 'coalition-builder', ...scoped, ManagedBy: 'cloudformation' });
      const before = compiled.slice(0, index).map((stack) => stack.stackName);
      for (const needed of dependsOn) assert.ok(before.includes(needed), `${stackName} comes before ${needed}`);
    }
  });

  it('hands outputs on as parameters: every parameter is some output that is there', () => {
    for (const environment of Object.values(environments)) {
      const compiled = compile(environment, placeholderRelease);
      for (const { body, parameters } of compiled) {
        const declared = Object.keys(readTemplate(body).Parameters ?? {});
        assert.deepEqual(Object.keys(parameters), declared);
        for (const { stackName, output } of Object.values(parameters)) {
          const producer = compiled.find((stack) => stack.stackName === stackName);
          assert.ok(producer && readTemplate(producer.body).Outputs?.[output], `${stackName} has no output ${output}`);
        }
      }
    }
    assert.deepEqual(compile(environments.production, placeholderRelease)[1]?.parameters.NetworkDataSubnetIds, {
      stackName: 'coalition-builder-production-network',
      output: 'DataSubnetIds',
    });
  });

  it('compiles a shared tier to the same bytes from either environment', () => {
    const tierStacks = (name: EnvironmentName) =>
      compile(environments[name], placeholderRelease).filter(({ path }) => path.startsWith('tiers/'));
    assert.deepEqual(tierStacks('development'), tierStacks('staging'));
  });

  it('compiles to the same bytes whatever the clock’s zone, the language and the folder', () => {
    const program = `
      const { environments } = await import(process.argv[1]);
      const { compile, compileAccount, placeholderRelease } = await import(process.argv[2]);
      const compiled = Object.values(environments).map((e) => compile(e, placeholderRelease));
      process.stdout.write(JSON.stringify([compileAccount(environments), ...compiled]));`;
    const urls = ['../environments/index.ts', './compile.ts'].map((path) => new URL(path, import.meta.url).href);
    const compileIn = (cwd: string, env: Record<string, string>) =>
      execFileSync(process.execPath, ['--input-type=module', '--eval', program, ...urls], {
        cwd,
        env: { ...process.env, ...env },
        encoding: 'utf8',
      });
    const here = compileIn(process.cwd(), { TZ: 'UTC', LANG: 'C' });
    const elsewhere = { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
    assert.ok(compileIn(tmpdir(), elsewhere) === here);
    const again = Object.values(environments).map((environment) => compile(environment, placeholderRelease));
    assert.ok(JSON.stringify([compileAccount(environments), ...again]) === here);
  }).timeout(30_000);

  it('compiles to the same bytes whatever the order in which things are said', () => {
    const reversed = assemble(backwards(written));
    assert.notDeepEqual(Object.keys(backwards(written) as object), Object.keys(written));
    const bodies = (all: Environments) =>
      [...compileAccount(all), ...environmentNames.flatMap((name) => compile(all[name], placeholderRelease))].map(
        ({ path, body }) => [path, body],
      );
    assert.deepEqual(bodies(reversed), bodies(environments));
  });

  it('notes where each resource is written, where that is asked for, and writes the same', () => {
    const plain = compile(environments.production, placeholderRelease);
    const noted = compile(environments.production, placeholderRelease, { sources: true });
    assert.deepEqual(
      noted.map(({ body }) => body),
      plain.map(({ body }) => body),
    );
    assert.ok(plain.every(({ sources }) => sources === undefined));
    for (const { stack, body, sources } of noted) {
      for (const id of Object.keys(readTemplate(body).Resources)) {
        const places = sources?.get(id) ?? [];
        assert.match(places.at(-1) ?? '', new RegExp(`^generator/stacks/${stack}\\.ts:\\d+$`), id);
        const [place = '', line = ''] = places[0]?.split(':') ?? [];
        const text = readFileSync(new URL(`../${place}`, import.meta.url), 'utf8').split('\n')[Number(line) - 1];
        assert.match(text ?? '', /\.add\(|\w+\($/, `${places[0]} adds ${id}`);
      }
    }
  });

  it('says in every file what generates it', () => {
    for (const { body } of compile(environments.production, placeholderRelease)) {
      assert.match(
        body,
        /^# Generated from generator\/stacks\/[a-z-]+\.ts and environments\/(tiers\/)?production\.ts: edit/,
      );
    }
  });

  it('asks for the capability to make roles where it makes them, and nowhere else', () => {
    for (const { stack, body, capabilities } of compile(environments.production, placeholderRelease)) {
      const makesRoles = body.includes('AWS::IAM::Role');
      assert.deepEqual(capabilities, makesRoles ? ['CAPABILITY_IAM'] : [], stack);
    }
    const role = (Properties: object) => [{ type: 'AWS::IAM::Role', declaration: { Properties } }];
    assert.deepEqual(capabilitiesOf(role({})), ['CAPABILITY_IAM']);
    assert.deepEqual(capabilitiesOf(role({ RoleName: 'x' })), ['CAPABILITY_NAMED_IAM']);
  });
});

/** The same, with the keys of every object in the opposite order. */
function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, backwards(item)]),
  );
}
