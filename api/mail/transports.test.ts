/** Real SMTP and the real SES client, against servers that take, refuse, stall and vanish. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { checkLetters } from '../endorsements/letters.ts';
import { localMail } from '../local/mail.ts';
import { rendered } from './letter.ts';
import { DeliveryError, type Message, type Transport } from './message.ts';
import { sesTransport } from './ses.ts';
import { smtpTransport, verifyLogin } from './smtp.ts';

const message: Message = {
  to: 'ada@example.net',
  messageId: '<outbox-1-1@example.org>',
  ...rendered(
    {
      subject: 'Grüße\r\nBcc: everybody@example.net',
      blocks: [{ says: 'Hello' }, { leads: 'Site', to: 'https://www.example.org/a' }],
    },
    { organization: 'Stewards', siteUrl: 'https://www.example.org' },
  ),
};
const from = { name: 'Stewards "of" water, Inc. <x@y.example>', address: 'hello@example.org' };

async function outcomeOf(transport: Transport): Promise<string> {
  try {
    return `sent ${await transport.send(message, from)}`;
  } catch (error) {
    assert.ok(error instanceof DeliveryError, String(error));
    return error.outcome;
  } finally {
    await transport.close();
  }
}

describe('letters', () => {
  it('can all be written', () => checkLetters());

  it('escape what they quote, and keep headers to one line', () => {
    const { html, text } = rendered(
      { subject: 'x', blocks: [{ quotes: '<script>alert(1)</script>\nhttps://evil.example' }] },
      { organization: '<b>', siteUrl: 'https://www.example.org' },
    );
    assert.ok(!html.includes('<script>') && !html.includes('<b>') && !text.includes('https://evil'), html);
  });
});

describe('SMTP', () => {
  const open: SMTPServer[] = [];
  const raw: Server[] = [];
  afterEach(async () => {
    for (const server of open.splice(0)) await new Promise<void>((done) => server.close(done));
    for (const server of raw.splice(0)) server.close();
  });

  async function server(options: SMTPServerOptions = {}): Promise<number> {
    const made = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], closeTimeout: 200, ...options });
    open.push(made);
    made.on('error', () => {});
    made.listen(0, '127.0.0.1');
    await once(made.server, 'listening');
    return (made.server.address() as AddressInfo).port;
  }
  const via = (port: number, more: object = {}) =>
    smtpTransport({ host: '127.0.0.1', port, plain: true, timeoutMs: 300, ...more });
  const drained = (stream: NodeJS.ReadableStream) =>
    new Promise<string>((done) => {
      let text = '';
      stream.on('data', (chunk) => (text += chunk)).on('end', () => done(text));
    });

  it('delivers to one address, with one sender and one subject', async () => {
    let mail = '';
    let to: readonly string[] = [];
    const port = await server({
      onData(stream, session, callback) {
        to = session.envelope.rcptTo.map(({ address }) => address);
        void drained(stream).then((text) => {
          mail = text;
          callback();
        });
      },
    });
    assert.match(await outcomeOf(via(port)), /^sent <outbox-1-1@example\.org>$/);
    assert.deepEqual(to, ['ada@example.net']);
    const [headers = ''] = mail.split('\r\n\r\n');
    assert.doesNotMatch(headers, /^Bcc:/im);
    assert.equal(headers.match(/^Subject:/gim)?.length, 1);
    assert.match(mail, /^Message-ID: <outbox-1-1@example\.org>$/m);
    assert.match(mail, /^Auto-Submitted: auto-generated$/m);
    assert.match(mail, /^From: .*<hello@example\.org>$/m);
  });

  it('is tried later where nobody listens, answers too late, asks for less, or refuses the login', async () => {
    const nobody = createServer().listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as AddressInfo;
    nobody.close();
    assert.equal(await outcomeOf(via(port)), 'later');
    const silent = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    raw.push(silent);
    await once(silent, 'listening');
    assert.equal(await outcomeOf(via((silent.address() as AddressInfo).port)), 'later');
    const greylisting = await server({
      onRcptTo: (_address, _session, callback) =>
        callback(Object.assign(new Error('Try later'), { responseCode: 451 })),
    });
    assert.equal(await outcomeOf(via(greylisting)), 'later');
    const locked = await server({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, callback) => callback(new Error('Wrong password')),
    });
    const login = async () => ({ username: 'u', password: 'p' });
    assert.equal(await outcomeOf(via(locked, { login })), 'later');
    const plain = await server();
    assert.equal(await outcomeOf(via(plain, { plain: false })), 'later', 'never without encryption');
  });

  it('says of a login whether it is accepted, and sends nothing', async () => {
    let mails = 0;
    const port = await server({
      onAuth: ({ username, password }, _, done) =>
        done(password === 'right' ? null : new Error('no'), { user: username }),
      onMailFrom: (_, __, done) => {
        mails++;
        done();
      },
    });
    const options = (password: string) => ({
      host: '127.0.0.1',
      port,
      plain: true,
      login: async () => ({ username: 'hello', password }),
    });
    await verifyLogin(options('right'));
    await assert.rejects(verifyLogin(options('wrong')), /127\.0\.0\.1 does not accept the login/);
    await assert.rejects(verifyLogin({ ...options('right'), port: 1 }), /cannot be spoken to \(ESOCKET|ECONNREFUSED/);
    assert.equal(mails, 0);
  });

  it('is over where the recipient or the mail is refused', async () => {
    const unknown = await server({
      onRcptTo: (_address, _session, callback) =>
        callback(Object.assign(new Error('No such user'), { responseCode: 550 })),
    });
    assert.equal(await outcomeOf(via(unknown)), 'refused');
    const spam = await server({
      onData: (stream, _session, callback) =>
        void drained(stream).then(() => callback(Object.assign(new Error('Spam'), { responseCode: 554 }))),
    });
    assert.equal(await outcomeOf(via(spam)), 'refused');
  });

  it('is unknown where the mail was handed over and nobody said whether it was taken', async () => {
    const silent = await server({ onData: (stream) => void drained(stream) });
    assert.equal(await outcomeOf(via(silent)), 'unknown');
    const gone = await server({
      onData: (stream) =>
        void drained(stream).then(() => {
          for (const connection of open.at(-1)?.connections ?? []) connection.close();
        }),
    });
    assert.equal(await outcomeOf(via(gone)), 'unknown');
  });
});

describe('SES', () => {
  let http: HttpServer;
  let answer: { status: number; type?: string; body: object } | 'hang' | 'cut' = {
    status: 200,
    body: { MessageId: 'ses-1' },
  };
  const asked: { url: string; body: string }[] = [];
  before(async () => {
    http = createHttpServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        asked.push({ url: request.url ?? '', body });
        if (answer === 'cut') request.socket.destroy();
        if (typeof answer === 'string') return;
        const headers = answer.type ? { 'x-amzn-errortype': answer.type } : {};
        response
          .writeHead(answer.status, { 'content-type': 'application/json', ...headers })
          .end(JSON.stringify(answer.body));
      });
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
  });
  after(() => {
    http.closeAllConnections();
    http.close();
  });
  const ses = () =>
    sesTransport({
      client: async () =>
        new SESv2Client({
          region: 'us-east-1',
          endpoint: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
          credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
          maxAttempts: 1,
          requestHandler: { requestTimeout: 300, throwOnRequestTimeout: true },
        }),
    });

  it('gets one recipient, a quoted sender and both bodies', async () => {
    assert.equal(await outcomeOf(ses()), 'sent ses-1');
    const { url, body } = asked.at(-1) ?? { url: '', body: '' };
    assert.equal(url, '/v2/email/outbound-emails');
    const { FromEmailAddress, Destination, Content } = JSON.parse(body);
    assert.equal(FromEmailAddress, '"Stewards \\"of\\" water, Inc. <x@y.example>" <hello@example.org>');
    assert.deepEqual(Destination, { ToAddresses: ['ada@example.net'] });
    assert.equal(Content.Simple.Subject.Data, 'Grüße Bcc: everybody@example.net');
    assert.ok(Content.Simple.Body.Text.Data.includes('Hello') && Content.Simple.Body.Html.Data.includes('<p>Hello'));
  });

  it('is tried later for what is not about this mail, over for what is, and unknown without an answer', async () => {
    for (const [given, outcome] of [
      [{ status: 429, type: 'TooManyRequestsException', body: {} }, 'later'],
      [{ status: 400, type: 'SendingPausedException', body: {} }, 'later'],
      [{ status: 400, type: 'MailFromDomainNotVerifiedException', body: {} }, 'later'],
      [{ status: 403, type: 'AccessDeniedException', body: {} }, 'later'],
      [{ status: 500, type: 'InternalServiceErrorException', body: {} }, 'later'],
      [{ status: 400, type: 'MessageRejected', body: {} }, 'refused'],
      [{ status: 400, type: 'BadRequestException', body: {} }, 'refused'],
      ['hang', 'unknown'],
      ['cut', 'unknown'],
    ] as const) {
      answer = given;
      assert.equal(await outcomeOf(ses()), outcome, JSON.stringify(given));
    }
  });

  it('that cannot be reached is tried later', async () => {
    const nowhere = sesTransport({
      client: async () =>
        new SESv2Client({
          region: 'us-east-1',
          endpoint: 'http://127.0.0.1:9',
          credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
          maxAttempts: 1,
        }),
    });
    assert.equal(await outcomeOf(nowhere), 'later');
  });
});

describe('mail in a folder', () => {
  it('is kept whole, the newest five hundred', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mail-'));
    const { transport, clear } = localMail(folder);
    assert.match(await outcomeOf(transport), /^sent /);
    assert.equal((await readdir(folder)).length, 1);
    await clear();
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });
});
