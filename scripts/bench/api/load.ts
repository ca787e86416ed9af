/** Asks one path over kept connections for a while, as a process of its own; says how many answers came per second. */
import { Agent, request } from 'node:http';

const [, , url = '', milliseconds = '0', connections = '1', etag = ''] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const headers = etag === '' ? {} : { 'If-None-Match': etag };
const wanted = etag === '' ? 200 : 304;
const started = performance.now();
const end = started + Number(milliseconds);
let answers = 0;

function ask(): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers }, (response) => {
      if (response.statusCode !== wanted) reject(new Error(`${url} answered ${response.statusCode}.`));
      response.resume().on('end', resolve);
    })
      .on('error', reject)
      .end();
  });
}

await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    while (performance.now() < end) {
      await ask();
      answers += 1;
    }
  }),
);
agent.destroy();
process.stdout.write(`${(answers / (performance.now() - started)) * 1000}\n`);
