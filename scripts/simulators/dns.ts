/** A simulator of a DNS server, over UDP on this machine: it knows the records that it is given, and no other names. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { decode, encode } from 'dns-packet';

export interface DnsSimulator extends AsyncDisposable {
  /** `127.0.0.1:53531` */
  readonly address: string;
  /** `CNAME api.example.org`, with its value; a test may change them at any time. */
  readonly records: Map<string, string>;
  /** While true, questions are taken and never answered. */
  hangs: boolean;
}

export async function startDnsSimulator(records: Readonly<Record<string, string>> = {}): Promise<DnsSimulator> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const dns: DnsSimulator = {
    address: `127.0.0.1:${socket.address().port}`,
    records: new Map(Object.entries(records)),
    hangs: false,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
  socket.on('message', (message, { port, address }) => {
    if (dns.hangs) return;
    const { id, questions = [] } = decode(message);
    const [question] = questions;
    if (!question) return;
    const { name, type } = question;
    const value = dns.records.get(`${type} ${name.toLowerCase()}`);
    const isKnown = [...dns.records.keys()].some((key) => key.endsWith(` ${name.toLowerCase()}`));
    const answers =
      value === undefined ? [] : [{ name, type, ttl: 1, data: type === 'TXT' ? [value] : value } as never];
    // 3 is "no such name"; a name that has records of another type is there.
    const flags = 0x80 | (isKnown ? 0 : 3);
    socket.send(encode({ type: 'response', id: id ?? 0, flags, questions, answers }), port, address);
  });
  return dns;
}
