/** Who delivers, by the settings: a mail server where one is named, else Amazon SES. */
import { readSecret, type Stage } from '../secrets/secrets.ts';
import { type Settings, SettingsError } from '../settings.ts';
import type { Transport } from './message.ts';
import { sesTransport } from './ses.ts';
import { smtpTransport } from './smtp.ts';

export function transportOf({
  SMTP_HOST,
  SMTP_SECRET_ARN,
}: Pick<Settings, 'SMTP_HOST' | 'SMTP_SECRET_ARN'>): Transport {
  if (SMTP_HOST === undefined) return sesTransport();
  return smtpTransport({
    host: SMTP_HOST,
    login: SMTP_SECRET_ARN === undefined ? undefined : () => readLogin(SMTP_SECRET_ARN),
  });
}

export async function readLogin(arn: string, stage?: Stage): Promise<{ username: string; password: string }> {
  const secret = await readSecret('SMTP_SECRET_ARN', arn, undefined, stage);
  try {
    const { username, password } = JSON.parse(secret);
    if (typeof username === 'string' && typeof password === 'string') return { username, password };
  } catch {
    // Said below, without the parser's message, which quotes what it read.
  }
  throw new SettingsError(['The secret that SMTP_SECRET_ARN names is not JSON with username and password.']);
}
