import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Writable } from 'node:stream';
import { defineCommand, failureInJson, help, report, saidInJson, UsageError } from './command.ts';
import { didYouMean } from './nearest.ts';
import { takenByNpm } from './taken-by-npm.ts';

const command = defineCommand({
  name: 'preview',
  summary: 'show what a deploy would change',
  positionals: [
    { name: 'environment', description: 'which one', required: true, choices: ['development', 'production'] },
  ],
  flags: {
    json: { type: 'boolean', description: 'print JSON' },
    stack: { type: 'string', short: 's', value: 'name', description: 'only this stack' },
    format: { type: 'string', description: 'how to print', choices: ['text', 'markdown'], default: 'text' },
  },
  examples: ['npm run preview -- development'],
  run: async () => 0,
});

describe('terminal: help', () => {
  it('is written from the object that parses', () => {
    assert.equal(
      help(command),
      [
        'preview: show what a deploy would change',
        '',
        'Usage: npm run preview -- <environment> [options]',
        '',
        '  environment  which one (one of development, production)',
        '',
        'Options:',
        '  --json              print JSON',
        '  -s, --stack <name>  only this stack',
        '  --format <value>    how to print (one of text, markdown; default text)',
        '  -h, --help          print this',
        '',
        'Examples:',
        '  npm run preview -- development',
        '',
      ].join('\n'),
    );
  });
});

describe('terminal: flags that npm took', () => {
  const asked = (environment: NodeJS.ProcessEnv, args = ['production']) =>
    takenByNpm(command, args, { npm_lifecycle_event: 'preview', ...environment });

  it('are told with the command as it was meant', () => {
    assert.deepEqual(asked({ npm_config_json: 'true' }), {
      taken: ['--json'],
      meant: 'npm run preview -- production --json',
    });
    assert.deepEqual(asked({ npm_config_json: 'true', npm_config_stack: 'true' }, ['production', 'api']), {
      taken: ['--json', '--stack'],
      meant: 'npm run preview -- … --json --stack <name>',
    });
  });

  it('are not mistaken for what npm tells every script, or for what another script was given', () => {
    assert.equal(asked({ npm_config_cache: '/home/ann/.npm', npm_config_json: '' }), undefined);
    assert.equal(asked({ npm_config_json: 'true', npm_lifecycle_event: 'test' }), undefined);
  });

  it('stop a verb before it does anything', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/rollback.ts', 'production'], {
      cwd: new URL('../..', import.meta.url),
      env: { ...process.env, npm_lifecycle_event: 'rollback', npm_config_dry_run: 'true' },
      encoding: 'utf8',
    });
    assert.match(
      stderr,
      /npm kept --dry-run for itself; nothing was done\.\n.* npm run rollback -- production --dry-run/,
    );
    assert.equal(status, 2);
  });
});

describe('terminal: nearest', () => {
  it('guesses the rest of a word, and a letter or two, and nothing beyond that', () => {
    const known = ['development', 'staging', 'production'];
    const guesses = ['prod', 'stagign', 'prodution', 'pr', 'test', 'live', ''].map((word) => didYouMean(word, known));
    const production = ' Did you mean "production"?';
    assert.deepEqual(guesses, [production, ' Did you mean "staging"?', production, '', '', '', '']);
  });
});

describe('terminal: report', () => {
  it('prints a person-made error as what happened and what to do, without a stack', () => {
    const { text, stream } = captured();
    const code = report(new UsageError('The port 8000 is taken.', 'PORT=8001 npm start uses another.'), stream);
    assert.equal(text(), '✗ The port 8000 is taken.\n  PORT=8001 npm start uses another.\n');
    assert.equal(code, 2);
  });

  it('writes out what a terminal would obey, such as a name that clears the screen', () => {
    const { text, stream } = captured();
    report(new UsageError('a\u001b[2J.zip is damaged.\nSo is \u009b2J.', 'Do not\u0007.'), stream);
    assert.equal(text(), '✗ a\\x1b[2J.zip is damaged.\nSo is \\x9b2J.\n  Do not\\x07.\n');
  });

  it('prints a bug with its stack and exits 1', () => {
    const { text, stream } = captured();
    assert.equal(report(new TypeError('x is not a function'), stream), 1);
    assert.match(text(), /This is a bug: TypeError: x is not a function\n\s+at /);
  });
});

describe('terminal: a failure in JSON', () => {
  it('says what happened and what to do, once', () => {
    const error = new UsageError('There is no "x".', 'Say y.');
    assert.equal(failureInJson(error, 2), '{"failed":"There is no \\"x\\".","remedy":"Say y.","exitCode":2}\n');
    assert.equal(failureInJson(saidInJson(error), 2), '');
    assert.equal(
      failureInJson(new Error('This operation was aborted'), 130),
      '{"failed":"Interrupted.","exitCode":130}\n',
    );
  });
});

function captured() {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += chunk;
      done();
    },
  });
  return { text: () => written, stream };
}
