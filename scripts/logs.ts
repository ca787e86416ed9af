/** `npm run logs -- <environment>`: what it wrote, a line an entry. */
import { defineCommand, run, UsageError } from './terminal/command.ts';
import { exitCode } from './terminal/exit-codes.ts';
import { dim } from './terminal/style.ts';

/** What answers carry as X-Request-Id, and Lambda and API Gateway as theirs. */
const requestIds = /^[\w=;:.-]{8,128}$/;

const command = defineCommand({
  name: 'logs',
  summary: 'show what an environment wrote to its logs; runs with your own credentials (logs:FilterLogEvents)',
  positionals: [{ name: 'environment', description: 'development, staging or production', required: true }],
  flags: {
    follow: {
      type: 'boolean',
      short: 'f',
      description:
        'go on with what is written from now on, until Ctrl-C; lines that AWS has late, too, up to a quarter of an hour',
    },
    since: {
      type: 'string',
      value: 'time',
      description: '45s, 30m, 6h, 7d, or a moment (default 1h; 24h for one request)',
    },
    errors: { type: 'boolean', description: 'only what went wrong, with stacks' },
    'cold-starts': { type: 'boolean', description: 'only cold starts, and what they cost' },
    'request-id': { type: 'string', value: 'id', description: 'everything of one request' },
    jobs: { type: 'boolean', description: 'of the jobs, in place of the API' },
    gateway: { type: 'boolean', description: 'of API Gateway: who asked what, and what it refused itself' },
    import: { type: 'boolean', description: 'of imports of boundaries, which a tier has together' },
    database: {
      type: 'boolean',
      description: 'of PostgreSQL, which a tier has together: errors, and slow statements while queryLogging is on',
    },
    json: { type: 'boolean', description: 'print the lines as they are, one JSON object each' },
  },
  examples: [
    'npm run logs -- production --errors --since 6h',
    'npm run logs -- staging --follow --jobs --gateway',
    'npm run logs -- production --cold-starts --since 7d',
  ],
  async run({ flags, positionals: [name = ''], signal }) {
    const requestId = flags['request-id'];
    const { jobs, gateway, import: imports, database, follow } = flags;
    const coldStarts = flags['cold-starts'];
    if (requestId !== undefined && !requestIds.test(requestId))
      throw new UsageError('--request-id takes an id as answers have it in X-Request-Id.', 'npm run logs -- --help');
    if (requestId !== undefined && (follow || coldStarts))
      throw new UsageError(
        '--request-id shows what was; it takes neither --follow nor --cold-starts.',
        'Leave one out.',
      );
    if (coldStarts && (gateway || imports || database))
      throw new UsageError('--cold-starts are of functions.', 'Leave out --gateway, --import and --database.');
    const [{ environment }, { requireAccountOf }, { since }, { showLogs }, { isLocal }] = await Promise.all([
      import('../environments/index.ts'),
      import('./deploy/whereabouts.ts'),
      import('./operate/since.ts'),
      import('./operate/logs/show.ts'),
      import('./aws/cloudformation.ts'),
    ]);
    const wanted = environment(name);
    const asked = flags.since ?? (requestId === undefined ? '1h' : '24h');
    const say = (line: string) => void process.stderr.write(`${dim(line, process.stderr)}\n`);
    // Whoever reads no further, as `head` does, has seen enough.
    process.stdout.on('error', (error: NodeJS.ErrnoException) =>
      process.exit(error.code === 'EPIPE' ? exitCode.done : exitCode.failed),
    );
    await requireAccountOf(wanted, signal);
    const lines = await showLogs(wanted, {
      wanted: { jobs, gateway, import: imports, database },
      coldStarts,
      errors: flags.errors,
      follow,
      ...(requestId !== undefined && { requestId }),
      from: since(asked, Date.now()),
      json: flags.json,
      // An emulator is asked as often as it can answer.
      pauseMs: isLocal({ region: wanted.account.region }) ? 100 : 2000,
      signal,
      write: (line) => void process.stdout.write(`${line}\n`),
      say,
    });
    if (lines === 0 && !coldStarts) say(`Nothing${flags.errors ? ' went wrong' : ' was written'} since ${asked}.`);
    return exitCode.done;
  },
});

if (import.meta.main) await run(command);
