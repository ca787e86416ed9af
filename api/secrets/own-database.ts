/** Each environment has a database and a role of its own, called alike; nothing is done to another one's. */
import { DatabaseError } from '../database/database.ts';
import { type JobSettings, SettingsError } from '../settings.ts';
import { databaseUrlOf, type Stage } from './secrets.ts';

export function databaseNameOf(environment: JobSettings['ENVIRONMENT']): string {
  return `coalition_${environment}`;
}

/** @returns the URL of the environment's database, as its own role @throws DatabaseError when it is another one's */
export async function ownDatabaseUrl(settings: JobSettings, stage?: Stage): Promise<string> {
  const { ENVIRONMENT } = settings;
  const url = await databaseUrlOf(settings, stage);
  if (url === undefined) throw new SettingsError(['The variable DATABASE_URL (or DATABASE_SECRET_ARN) is not set.']);
  const { pathname } = new URL(url);
  const [found, wanted] = [decodeURIComponent(pathname.slice(1)), databaseNameOf(ENVIRONMENT)];
  if (ENVIRONMENT !== 'local' && found !== wanted) {
    throw new DatabaseError(
      `The database of ${ENVIRONMENT} is ${wanted}, and ${found || 'none'} is configured.`,
      'Correct the secret that DATABASE_SECRET_ARN names; nothing was changed.',
    );
  }
  return url;
}
