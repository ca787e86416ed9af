/** Whoever a geocoder asks, answering in a way that we choose, over real HTTP. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function service(answer: RequestListener) {
  const asked: { path: string; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      asked.push({ path: request.url ?? '', body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export const json =
  (body: unknown, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

/** As the Bureau writes it. */
export const censusMatch = (matchedAddress: string, x: number, y: number, zip = '55155') => ({
  matchedAddress,
  coordinates: { x, y },
  tigerLine: { side: 'L', tigerLineId: '1' },
  addressComponents: { city: 'SAINT PAUL', state: 'MN', zip, streetName: 'DR MARTIN LUTHER KING JR' },
});

/** What goes wrong with a service, and what the error says that it did. */
export const faults: Readonly<Record<string, { answer: RequestListener; says: RegExp }>> = {
  'HTML where JSON was asked for': {
    answer: (_request, response) =>
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<h1>Maintenance</h1>'),
    says: /answered text\/html where JSON was asked for/,
  },
  'an error': { answer: json({ errors: [] }, 502), says: /answered 502/ },
  'JSON of another form': { answer: json({ result: {} }), says: /JSON of another form/ },
  'too much': {
    answer: (_request, response) => response.end('x'.repeat(1_100_000)),
    says: /more than a megabyte/,
  },
  'a redirect elsewhere': {
    answer: (_request, response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
    says: /is away/,
  },
  'half of it': {
    answer: (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100 }).write('{"result":');
      setTimeout(() => response.destroy(), 10);
    },
    says: /is away/,
  },
  'nothing, for too long': { answer: () => {}, says: /did not answer within 0.1 s/ },
  'a byte now and then': {
    answer: (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      const dripping = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(dripping));
    },
    says: /did not answer within 0.1 s/,
  },
};
