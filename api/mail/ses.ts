/**
 * Amazon SES, by its API: the VPC has a way to it over IPv6, and no password is needed. One attempt, because an answer
 * that is lost may hide a mail that was sent.
 */
import type { SESv2Client } from '@aws-sdk/client-sesv2';
import { DeliveryError, type From, type Message, oneLine, type Transport } from './message.ts';

/** What SES says to the sender as a whole: nothing about this mail, which can wait. */
const ofTheAccount =
  /^(TooManyRequests|LimitExceeded|SendingPaused|AccountSuspended|MailFromDomainNotVerified|AccessDenied|ExpiredToken|UnrecognizedClient|Throttling|NotFound)/;

export interface SesOptions {
  /** What counts bounces and complaints, if there is one. */
  readonly configurationSet?: string | undefined;
  readonly client?: () => Promise<Pick<SESv2Client, 'send' | 'destroy'>>;
}

export function sesTransport({ configurationSet, client = defaultClient }: SesOptions = {}): Transport {
  let connected: ReturnType<typeof client> | undefined;
  return {
    name: 'Amazon SES',
    async send(message, from) {
      connected ??= client();
      const { SendEmailCommand } = await import('@aws-sdk/client-sesv2');
      const command = new SendEmailCommand({ ...asEmail(message, from), ConfigurationSetName: configurationSet });
      try {
        const { MessageId } = await (await connected).send(command);
        if (!MessageId) throw new DeliveryError('unknown', 'SES took the mail and gave it no id.');
        return MessageId;
      } catch (error) {
        throw error instanceof DeliveryError ? error : asDeliveryError(error as Error);
      }
    },
    async close() {
      (await connected)?.destroy();
    },
  };
}

function asEmail({ to, subject, text, html, messageId }: Message, from: From) {
  const utf8 = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return {
    FromEmailAddress: `${encodedName(from.name)} <${from.address}>`,
    Destination: { ToAddresses: [to] },
    Content: {
      Simple: {
        Subject: utf8(subject),
        Body: { Text: utf8(text), Html: utf8(html) },
        Headers: [
          { Name: 'Auto-Submitted', Value: 'auto-generated' },
          // SES sets a Message-ID of its own; this one is for whoever compares logs.
          { Name: 'X-Entity-Ref-ID', Value: messageId },
        ],
      },
    },
  };
}

/** RFC 2047, as every character beyond ASCII needs; what is quoted cannot begin another address. */
function encodedName(name: string): string {
  const plain = oneLine(name);
  return /^[\x20-\x7e]*$/.test(plain)
    ? `"${plain.replace(/["\\]/g, '\\$&')}"`
    : `=?UTF-8?B?${Buffer.from(plain).toString('base64')}?=`;
}

function asDeliveryError(error: Error & { $metadata?: { httpStatusCode?: number }; code?: string }): DeliveryError {
  const because = { cause: error };
  const status = error.$metadata?.httpStatusCode;
  if (ofTheAccount.test(error.name)) return new DeliveryError('later', `SES: ${error.name}.`, because);
  // MessageRejected, BadRequestException: this mail, now and for ever.
  if (status !== undefined && status >= 400 && status < 500) {
    return new DeliveryError('refused', `SES refused it: ${error.name}.`, because);
  }
  if (status !== undefined && status >= 500) return new DeliveryError('later', `SES failed: ${status}.`, because);
  // Before a connection there was nothing that it could have taken.
  if (/^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH)$/.test(error.code ?? '')) {
    return new DeliveryError('later', `SES cannot be reached: ${error.code}.`, because);
  }
  if (/Credentials/i.test(error.name)) return new DeliveryError('later', `SES: ${error.name}.`, because);
  return new DeliveryError('unknown', `SES did not answer: ${error.name}.`, because);
}

async function defaultClient(): Promise<SESv2Client> {
  const { SESv2Client } = await import('@aws-sdk/client-sesv2');
  return new SESv2Client({
    // email.<region>.api.aws: the only name of it that a VPC without IPv4 reaches.
    useDualstackEndpoint: true,
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
  });
}
