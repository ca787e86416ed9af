/** What holds of every template, whichever the stack. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { assembled } from '../environments/testing/written.ts';
import createOnly from './cloudformation/create-only.json' with { type: 'json' };
import { readTemplate } from './cloudformation/read-yaml.ts';
import { compile, placeholderRelease } from './compile.ts';
import { set } from './resources/variables.ts';
import { templates } from './templates.ts';

const all = [...templates()].map(([path, body]) => ({ path, body, template: readTemplate(body) }));

describe('generator: every template', () => {
  it('is small enough to be sent: 51,200 bytes, 500 resources', () => {
    for (const { path, body, template } of all) {
      assert.ok(Buffer.byteLength(body) <= 51_200, `${path} has ${Buffer.byteLength(body)} bytes`);
      assert.ok(Object.keys(template.Resources).length <= 400, path);
    }
  });

  it('has policies that IAM takes: 6,144 characters managed, 10,240 in a role', () => {
    const length = (document: unknown) => JSON.stringify(document).replace(/\s/g, '').length;
    for (const { path, template } of all) {
      for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
        if (Type === 'AWS::IAM::ManagedPolicy') assert.ok(length(Properties.PolicyDocument) <= 6144, `${path} ${id}`);
        if (Type === 'AWS::IAM::Role') assert.ok(length(Properties.Policies ?? []) <= 10_240, `${path} ${id}`);
      }
    }
  });

  it('gives every role of a deploy the boundary, and a path by which it is known', () => {
    for (const { path, template } of all.filter((each) => !each.path.startsWith('account/'))) {
      for (const [id, { Type, Properties = {} }] of Object.entries(template.Resources)) {
        if (Type !== 'AWS::IAM::Role') continue;
        assert.match(
          JSON.stringify(Properties.PermissionsBoundary),
          path.includes('production/') && !path.includes('nonproduction/')
            ? /policy\/coalition-builder-boundary-production"/
            : /policy\/coalition-builder-boundary-nonproduction"/,
          `${path} ${id}`,
        );
        assert.match(String(Properties.Path), /^\/coalition-builder\/\w+\/$/);
        assert.equal('RoleName' in Properties, false);
      }
    }
  });

  it('justifies each check that it silences', () => {
    for (const { path, template } of all) {
      for (const [id, { Metadata }] of Object.entries(template.Resources)) {
        if (!Metadata) continue;
        const {
          'cfn-lint': lint,
          Reasons,
          checkov,
        } = Metadata as {
          'cfn-lint'?: { config: { ignore_checks: string[] } };
          Reasons?: Record<string, string>;
          checkov?: { skip: { id: string; comment: string }[] };
        };
        for (const check of lint?.config.ignore_checks ?? []) {
          assert.ok((Reasons?.[check]?.length ?? 0) > 20, `${path} ${id}`);
        }
        for (const { comment } of checkov?.skip ?? []) assert.ok(comment.length > 20, `${path} ${id}`);
      }
    }
  });

  /**
   * Texts for people that AWS cannot change in place: another wording replaces the resource, and waits up to 45 minutes
   * for a security group that functions still use. So they are written once; whoever edits one meets this test.
   */
  it('keeps the descriptions that cannot be changed', () => {
    const types: Readonly<Record<string, { readonly always?: readonly string[] }>> = createOnly.types;
    const strict = assembled({ 'tiers.production.network.egress': 'interface-endpoints' });
    const asked = compile(strict.production, placeholderRelease).map(({ body }) => readTemplate(body));
    const found = [...all.map(({ template }) => template), ...asked]
      .flatMap(({ Resources }) => Object.entries(Resources))
      .flatMap(([id, { Type, Properties = {} }]) =>
        (types[Type]?.always ?? [])
          .filter((property) => /(Description|Comment|DisplayName)$/.test(property) && property in Properties)
          .map((property) => [id, Properties[property]]),
      );
    assert.deepEqual(Object.fromEntries(found), {
      AppSecurityGroup: 'App: opens 443 anywhere and 5432 to the database, lets nothing in',
      DataSecurityGroup: 'The database: answers on 5432, opens nothing',
      EndpointSecurityGroup: 'Interface endpoints: answer on 443, open nothing',
      ImportSecurityGroup: 'Import: opens 443 anywhere and 5432 to the database, lets nothing in',
      ParameterGroup: 'PostgreSQL 16 of Coalition Builder',
    });
    // Of these the wording would even be another version, and another snapshot of the API.
    for (const { Type, Properties = {} } of all.flatMap(({ template }) => Object.values(template.Resources))) {
      if (/^AWS::Lambda::Version$|^AWS::ApiGateway::Deployment$/.test(Type)) assert.ok(!('Description' in Properties));
    }
  });
});

describe('generator: seed.md', () => {
  it('names files and stacks that are there', () => {
    const text = readFileSync(new URL('seed.md', import.meta.url), 'utf8');
    const [table = ''] = text.split('## What the seed gets wrong');
    const paths = [...table.matchAll(/`((?:stacks|resources|environments)\/[\w/.-]+)`/g)].map(([, path = '']) => path);
    assert.ok(paths.length > 40);
    for (const path of paths) {
      const url = new URL(path.startsWith('environments/') ? `../${path}` : path, import.meta.url);
      assert.ok(existsSync(url), path);
    }
    const stacks = new Set(all.map(({ path }) => path.split('/').at(-1)?.replace('.yaml', '')));
    const named = [...table.matchAll(/^\| [^|]+ \| ([^|]+) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
    );
    for (const stack of stacks) assert.ok(named.includes(stack), `seed.md does not name ${stack}`);
  });
});

describe('generator: variables of a function', () => {
  for (const [name, value, message] of [
    ['SITE', '', /The variable SITE is an empty text/],
    ['X', '1', /"X" cannot be the name/],
    ['1ST', '1', /"1ST" cannot be the name/],
    ['AWS_REGION', 'us-east-1', /AWS_REGION belongs to Lambda/],
    ['_HANDLER', 'x.y', /_HANDLER belongs to Lambda/],
  ] as const) {
    it(`refuses ${name}=${JSON.stringify(value)}`, () => {
      assert.throws(
        () => set({ [name]: value }),
        (error: Error & { exitCode?: number; remedy?: string }) =>
          message.test(error.message) &&
          error.exitCode === 2 &&
          /api\/settings|environments\//.test(error.remedy ?? ''),
      );
    });
  }

  it('leaves out what is unset on purpose', () => {
    assert.deepEqual(set({ GEOCODER: null, ENVIRONMENT: 'staging' }), { ENVIRONMENT: 'staging' });
  });
});
