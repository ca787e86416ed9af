import assert from 'node:assert/strict';
import { environments } from '../../../environments/index.ts';
import { isHandMade, newValue, type SecretKind } from './secret-values.ts';

const { staging } = environments;
const login = { host: 'old', port: 5432, dbname: 'd', username: 'u', password: 'p' };

describe('rotate-secret: values', () => {
  it('are made as the templates have them made', () => {
    const key = () => newValue(staging, 'secret-key', 'x', {});
    assert.match(key(), /^[A-Za-z0-9]{64}$/);
    assert.notEqual(key(), key());
    const { password, ...rest } = JSON.parse(newValue(staging, 'database', JSON.stringify(login), {}));
    assert.match(password, /^[A-Za-z0-9]{40}$/);
    assert.deepEqual({ ...rest, password: 'p' }, login);
    const moved = JSON.parse(newValue(staging, 'database', JSON.stringify(login), { host: 'new' }));
    assert.deepEqual(moved, { ...login, host: 'new' });
  });

  it('that a person types are checked, and never quoted', () => {
    const tier = { ...staging.tier, database: { ...staging.tier.database, mode: 'external' as const } };
    const external = { ...staging, tier };
    assert.ok(isHandMade(external, 'database') && !isHandMade(staging, 'database'));
    const refused = (kind: SecretKind, given: string, expected: RegExp) =>
      assert.throws(
        () => newValue(external, kind, 'the-present-one', { given }),
        (error: Error & { exitCode: number }) =>
          expected.test(error.message) && error.exitCode === 2 && (given === '' || !error.message.includes(given)),
      );
    refused('smtp', '', /is empty/);
    refused('smtp', 'hunter22', /is no JSON with username, password\.$/);
    refused('smtp', '{"username":"hello"}', /is no JSON with username, password/);
    refused('smtp', 'the-present-one', /is the present one/);
    refused('akismet', 'not a key', /is no key of letters and digits/);
    refused('database', 'mysql://u:p@h/d', /no postgres:\/\/ URL/);
    const url = 'postgres://u:p@h/d';
    assert.equal(newValue(external, 'database', 'the-present-one', { given: url }), url);
    assert.throws(() => newValue(staging, 'database', 'postgres://u:hunter2@h/d', {}), /^OperationError: The present/);
  });
});
