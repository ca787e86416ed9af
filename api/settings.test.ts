import assert from 'node:assert/strict';
import { readLocalSettings, readSettings } from './settings.ts';

describe('settings', () => {
  it('have defaults for a laptop', () => {
    assert.deepEqual(readLocalSettings({}), {
      ENVIRONMENT: 'local',
      CORS_ORIGINS: [],
      REVIEWERS: [],
      TRUSTED_PROXY_HOPS: 0,
      PORT: 8000,
      LOCAL_FOLDER: '.local',
    });
  });

  it('take an empty variable for an unset one', () => {
    assert.deepEqual(readSettings({ DATABASE_URL: '', ENVIRONMENT: '' }), {
      ENVIRONMENT: 'local',
      CORS_ORIGINS: [],
      REVIEWERS: [],
      TRUSTED_PROXY_HOPS: 0,
    });
  });

  it('read addresses with or without a slash at the end', () => {
    const { PUBLIC_BASE_URL, CORS_ORIGINS } = readSettings({
      PUBLIC_BASE_URL: 'https://api.example.org/',
      CORS_ORIGINS: 'https://a.example, https://b.example/',
    });
    assert.equal(PUBLIC_BASE_URL, 'https://api.example.org');
    assert.deepEqual(CORS_ORIGINS, ['https://a.example', 'https://b.example']);
  });

  it('name every wrong variable and what it takes, and no value', () => {
    const wrong = {
      ENVIRONMENT: 'qa-7',
      DATABASE_URL: 'mysql://user:secret@host/db',
      PORT: '80000',
      TRUSTED_PROXY_HOPS: 'two',
      PUBLIC_BASE_URL: 'https://www.example.org/path-9',
      CORS_ORIGINS: 'https://a.example,*.example',
    };
    assert.throws(
      () => readLocalSettings(wrong),
      (error: Error & { exitCode?: number }) => {
        for (const name of Object.keys(wrong)) assert.match(error.message, new RegExp(`The variable ${name} `));
        assert.match(error.message, /one of local, development, staging, production/);
        for (const value of Object.values(wrong)) assert.ok(!error.message.includes(value), value);
        assert.equal(error.exitCode, 2);
        return true;
      },
    );
  });
});
