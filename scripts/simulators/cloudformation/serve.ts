/** Starts the simulator for people: `npm run simulate-cloudformation`. */
import { defineCommand, run, UsageError } from '../../terminal/command.ts';

const command = defineCommand({
  name: 'simulate-cloudformation',
  summary: 'a simulator of CloudFormation on loopback; it runs no resources',
  flags: {
    port: { type: 'string', value: 'number', description: 'where it listens', default: '4599' },
    'step-ms': {
      type: 'string',
      value: 'number',
      description: 'how long each step of a resource takes',
      default: '200',
    },
    'page-size': { type: 'string', value: 'number', description: 'items a page', default: '2' },
  },
  examples: ['AWS_ENDPOINT_URL=http://127.0.0.1:4599 npm run preview -- development'],
  async run({ flags, signal }) {
    const port = whole('port', flags.port);
    const { startSimulator } = await import('./simulator.ts');
    const simulator = await startSimulator({
      port,
      stepMs: whole('step-ms', flags['step-ms']),
      pageSize: whole('page-size', flags['page-size']),
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') throw error;
      throw new UsageError(`Port ${port} is taken.`, 'Pass another one: --port 4600');
    });
    process.stdout.write(
      `A simulator of CloudFormation answers at ${simulator.url}; it runs no resources. Ctrl-C ends it.\n` +
        `  export AWS_ENDPOINT_URL=${simulator.url} AWS_ACCESS_KEY_ID=simulated AWS_SECRET_ACCESS_KEY=simulated AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1\n`,
    );
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    await simulator.stop();
    return 0;
  },
});

function whole(flag: string, text: string): number {
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw new UsageError(`--${flag} is "${text}"; it takes a whole number.`, 'For example --port 4599.');
}

if (import.meta.main) await run(command);
