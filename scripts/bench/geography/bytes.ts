/** As many bytes as are asked for, or 304, by Node's own server and nothing else: what a body costs whoever sends it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const body = Buffer.alloc(Number(process.argv[2]), 'x');
const server = createServer((request, response) => {
  if (request.headers['if-none-match']) response.writeHead(304, { ETag: '"x"' }).end();
  else response.writeHead(200, { ETag: '"x"', 'Content-Length': body.length }).end(body);
}).listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
