import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { clientOf } from './client.ts';

const request = (peer: string, forwarded?: string | string[]) =>
  ({
    socket: { remoteAddress: peer },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('limits: clientOf', () => {
  it('is the peer where no proxy is trusted, whatever the client writes', () => {
    assert.equal(clientOf(request('198.51.100.7', '1.2.3.4'), 0), '198.51.100.7');
  });

  it('is as many entries from the right as there are trusted proxies', () => {
    const forged = '1.1.1.1, 2.2.2.2, 203.0.113.9, 198.51.100.1';
    assert.equal(clientOf(request('10.0.0.1', forged), 1), '198.51.100.1');
    assert.equal(clientOf(request('10.0.0.1', forged), 2), '203.0.113.9');
    assert.equal(clientOf(request('10.0.0.1', ['1.1.1.1', '203.0.113.9']), 1), '203.0.113.9');
  });

  it('is the peer where the chain is shorter than it should be', () => {
    assert.equal(clientOf(request('10.0.0.1'), 2), '10.0.0.1');
    assert.equal(clientOf(request('10.0.0.1', '203.0.113.9'), 2), '10.0.0.1');
  });

  it('is the same client on every connection, where a proxy names the port as well', () => {
    assert.equal(clientOf(request('10.0.0.1', '203.0.113.9:50123'), 1), '203.0.113.9');
    assert.equal(clientOf(request('10.0.0.1', '[2001:db8:1:2::9]:50123'), 1), '2001:db8:1:2::/64');
  });

  it('counts an IPv6 network as one client', () => {
    const same = ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0DB8:0001:0002::9%eth0'];
    assert.deepEqual([...new Set(same.map((address) => clientOf(request(address), 0)))], ['2001:db8:1:2::/64']);
    assert.equal(clientOf(request('::1'), 0), '0:0:0:0::/64');
    assert.equal(clientOf(request('::ffff:192.0.2.1'), 0), '192.0.2.1');
  });
});
