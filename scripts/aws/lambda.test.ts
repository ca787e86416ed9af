import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectLambda, type Lambda } from './lambda.ts';

describe('aws: Lambda, over a connection that is cut off', () => {
  let server: Server;
  let lambda: Lambda;
  let cut: number;
  let asked: string[];
  before(async () => {
    server = createServer(({ url = '', socket }, response) => {
      asked.push(url);
      if (cut-- > 0) socket.destroy();
      else response.setHeader('x-amzn-requestid', '1').end('{"FunctionVersion":"7"}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    lambda = await connectLambda({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
  });
  beforeEach(() => {
    asked = [];
  });
  after(() => {
    lambda.destroy();
    server.close();
  });

  it('asks again where nothing changes by it', async () => {
    cut = 2;
    assert.equal((await lambda.getAlias({ FunctionName: 'f', Name: 'live' })).FunctionVersion, '7');
    assert.equal(asked.length, 3);
    cut = 3;
    await assert.rejects(lambda.getAlias({ FunctionName: 'f', Name: 'live' }), /does not answer \(connection closed\)/);
  });

  it('asks once for what may have begun', async () => {
    cut = 1;
    await assert.rejects(lambda.invoke({ FunctionName: 'f' }), /does not answer \(connection closed\)/);
    cut = 1;
    await assert.rejects(lambda.updateAlias({ FunctionName: 'f', Name: 'live' }), /connection closed/);
    assert.equal(asked.length, 2);
  });
});
