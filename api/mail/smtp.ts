/** Any mail server, by SMTP with STARTTLS. */
import { createTransport } from 'nodemailer';
import { DeliveryError, oneLine, type Transport } from './message.ts';

export interface SmtpOptions {
  readonly host: string;
  /** 587 is what mail servers take mail from programs on (RFC 6409). */
  readonly port?: number;
  readonly login?: (() => Promise<{ readonly username: string; readonly password: string }>) | undefined;
  /** Without encryption, as only a server on this machine is spoken to. */
  readonly plain?: boolean;
  readonly timeoutMs?: number;
}

interface SmtpError extends Error {
  readonly responseCode?: number;
  readonly code?: string;
}

export function smtpTransport(options: SmtpOptions): Transport {
  const { host, login } = options;
  return {
    name: `SMTP server ${host}`,
    async send({ to, subject, text, html, messageId }, from) {
      const auth = login && (await credentials(login));
      let bodyFlows = false;
      const watch = (entry: { tnx?: string }, words: string) => {
        // Only after this answer does the mail itself leave; whatever breaks before has delivered nothing.
        if (entry.tnx === 'server' && words.startsWith('354')) bodyFlows = true;
      };
      const mute = () => {};
      const transport = createTransport({
        ...serverOf(options),
        ...(auth ? { auth: { user: auth.username, pass: auth.password } } : {}),
        transactionLog: true,
        logger: { level: mute, trace: mute, debug: watch, info: mute, warn: mute, error: mute, fatal: mute } as never,
      });
      try {
        const sent = await transport.sendMail({
          from: { name: oneLine(from.name), address: from.address },
          to: { name: '', address: to },
          subject: subject,
          text,
          html,
          messageId,
          headers: { 'Auto-Submitted': 'auto-generated' },
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        if (!sent.accepted.some((address) => String(address).toLowerCase() === to)) {
          throw new DeliveryError('refused', `${host} accepted it for nobody.`);
        }
        return sent.messageId;
      } catch (error) {
        throw error instanceof DeliveryError ? error : asDeliveryError(error as SmtpError, host, bodyFlows);
      } finally {
        transport.close();
      }
    },
    async close() {},
  };
}

/** Whether the server lets us in; nothing is sent. @throws DeliveryError */
export async function verifyLogin(options: SmtpOptions): Promise<void> {
  const auth = options.login && (await credentials(options.login));
  const transport = createTransport({
    ...serverOf(options),
    ...(auth ? { auth: { user: auth.username, pass: auth.password } } : {}),
  });
  try {
    await transport.verify();
  } catch (error) {
    throw asDeliveryError(error as SmtpError, options.host, false);
  } finally {
    transport.close();
  }
}

function serverOf({ host, port = 587, plain = false, timeoutMs = 10_000 }: SmtpOptions) {
  return {
    host,
    port,
    secure: port === 465,
    requireTLS: !plain && port !== 465,
    ignoreTLS: plain,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
  };
}

async function credentials(login: NonNullable<SmtpOptions['login']>) {
  return login().catch((cause) => {
    throw new DeliveryError('later', 'The login of the mail server cannot be read.', { cause });
  });
}

function asDeliveryError(error: SmtpError, host: string, bodyFlows: boolean): DeliveryError {
  const because = { cause: error };
  const { responseCode = 0, code = error.name } = error;
  if (code === 'EAUTH') return new DeliveryError('later', `${host} does not accept the login.`, because);
  // RFC 5321, 4.2.1: 5yz is for good, 4yz is for now, and both say that nothing was delivered. What is refused before
  // the envelope (a greeting, encryption) is about us and not about this mail.
  if (responseCode >= 500 && /^(EENVELOPE|EMESSAGE)$/.test(code)) {
    return new DeliveryError('refused', `${host} refused it with ${responseCode}.`, because);
  }
  if (responseCode >= 400) return new DeliveryError('later', `${host} answered ${responseCode}.`, because);
  if (bodyFlows) return new DeliveryError('unknown', `${host} did not say whether it took it (${code}).`, because);
  return new DeliveryError('later', `${host} cannot be spoken to (${code}).`, because);
}
