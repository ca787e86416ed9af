/** Whether the next version of a secret opens what it is for, asked before anybody uses it. No value is ever said. */
import { verifyAkismetKey } from '../../endorsements/spam/akismet.ts';
import { fetchOutside } from '../../http/fetch-outside.ts';
import { readLogin } from '../../mail/transport.ts';
import { readSecret, type Stage } from '../../secrets/secrets.ts';
import type { JobSettings } from '../../settings.ts';
import { examineDatabase } from './database.ts';
import { type Examination, Finding } from './examination.ts';

export const examinedSecrets = ['database', 'secret-key', 'cdn-key', 'smtp', 'akismet'] as const;

export async function examineSecretToCome(
  all: Examination,
  settings: JobSettings,
  secret: (typeof examinedSecrets)[number],
): Promise<void> {
  const stage = 'AWSPENDING';
  switch (secret) {
    case 'database':
      return examineDatabase(all, settings, { stage });
    case 'secret-key':
      return examineKey(all, 'signing key', 'SECRET_KEY_ARN', settings.SECRET_KEY_ARN, stage);
    case 'cdn-key':
      return examineKey(all, 'CloudFront key', 'CDN_KEY_ARN', settings.CDN_KEY_ARN, stage);
    case 'smtp':
      return examineMailLogin(all, settings);
    case 'akismet':
      return examineAkismet(all, settings);
  }
}

export async function examineKey(
  { check, skip }: Examination,
  name: string,
  variable: string,
  arn: string | undefined,
  stage?: Stage,
): Promise<void> {
  if (!arn) return skip(name, `${variable} is not set`);
  await check(name, async () => {
    const { length } = await readSecret(variable, arn, undefined, stage);
    if (length < 16) throw new Finding(`It has ${length} characters.`, 'Put at least 32 random ones into that secret.');
    return { found: `${length} characters`, value: true };
  });
}

async function examineMailLogin(
  { check, skip }: Examination,
  { SMTP_HOST: host, SMTP_SECRET_ARN: arn }: JobSettings,
): Promise<void> {
  if (!host || !arn) return skip('mail: login', 'SMTP_HOST or SMTP_SECRET_ARN is not set');
  await check('mail: login', async () => {
    const { verifyLogin } = await import('../../mail/smtp.ts');
    await verifyLogin({ host, login: () => readLogin(arn, 'AWSPENDING') });
    return { found: `${host} accepts the login`, value: true };
  });
}

async function examineAkismet({ check, skip }: Examination, settings: JobSettings): Promise<void> {
  const { AKISMET_KEY_ARN: arn, PUBLIC_BASE_URL = '', OUTBOUND_FUNCTION } = settings;
  if (!arn) return skip('Akismet key', 'AKISMET_KEY_ARN is not set');
  await check('Akismet key', async () => {
    const key = await readSecret('AKISMET_KEY_ARN', arn, undefined, 'AWSPENDING');
    const isValid = await verifyAkismetKey(key, PUBLIC_BASE_URL, undefined, fetchOutside(OUTBOUND_FUNCTION));
    if (!isValid) throw new Finding('Akismet does not know the key.', 'Copy it again from akismet.com/account.');
    return { found: 'Akismet knows the key', value: true };
  });
}
