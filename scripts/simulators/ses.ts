/**
 * A simulator of SES, as far as identities go: domains get three DKIM tokens, and are verified when `verified` has them.
 * moto keeps identities without tokens. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetEmailIdentity.html
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface SesSimulator extends AsyncDisposable {
  readonly url: string;
  readonly identities: Set<string>;
  readonly verified: Set<string>;
  /** SES looked for their records for 72 hours. */
  readonly failed: Set<string>;
}

export async function startSesSimulator(): Promise<SesSimulator> {
  const [identities, verified, failed] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const described = (identity: string) => ({
    IdentityType: identity.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN',
    VerifiedForSendingStatus: verified.has(identity),
    DkimAttributes: {
      SigningEnabled: true,
      Status: verified.has(identity) ? 'SUCCESS' : failed.has(identity) ? 'FAILED' : 'PENDING',
      Tokens: identity.includes('@') ? [] : ['aaaa', 'bbbb', 'cccc'],
    },
  });
  const server = createServer(async (request, response) => {
    const send = (status: number, body: object, type?: string) =>
      response
        .writeHead(status, { 'x-amzn-requestid': 'simulated', ...(type && { 'x-amzn-errortype': type }) })
        .end(JSON.stringify(body));
    if (request.method === 'POST') {
      const { EmailIdentity = '' } = (await json(request)) as { EmailIdentity?: string };
      if (identities.has(EmailIdentity)) return send(400, { message: 'exists' }, 'AlreadyExistsException');
      identities.add(EmailIdentity);
      return send(200, described(EmailIdentity));
    }
    const identity = decodeURIComponent(/\/identities\/([^/]+)$/.exec(request.url ?? '')?.[1] ?? '');
    if (!identities.has(identity)) return send(404, { message: 'not found' }, 'NotFoundException');
    return send(200, described(identity));
  }).listen(0, '127.0.0.1');
  await new Promise((ready) => server.once('listening', ready));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    identities,
    verified,
    failed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
