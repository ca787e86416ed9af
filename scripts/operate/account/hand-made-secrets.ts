/** Secrets that only a person can make, because only a person knows them: whether they are there, and whose they are. */
import type { Environment } from '../../../environments/index.ts';
import { describeSecret } from '../../aws/secrets-manager.ts';
import { checkSecret, PreflightError } from '../../github/preflight.ts';
import { isHandMade, type SecretKind, secretName } from '../data/secret-values.ts';

export interface HandMade {
  readonly secret: string;
  /** What is wrong, and the command that puts it right; undefined where nothing is. */
  readonly fault?: { readonly message: string; readonly remedy: string };
}

const forms: Readonly<Partial<Record<SecretKind, string>>> = {
  database: '{"host":…,"port":5432,"dbname":…,"username":…,"password":…}',
  smtp: '{"username":…,"password":…}',
  akismet: 'the key',
};

export function handMadeKinds(environment: Environment): readonly SecretKind[] {
  const { outbound } = environment.tier;
  const kinds: readonly [SecretKind, boolean][] = [
    ['database', isHandMade(environment, 'database')],
    ['smtp', outbound.smtp !== undefined],
    ['akismet', outbound.spamCheck === 'akismet'],
  ];
  return kinds.filter(([, isWanted]) => isWanted).map(([kind]) => kind);
}

export function handMadeSecrets(environment: Environment, signal: AbortSignal): Promise<readonly HandMade[]> {
  return Promise.all(
    handMadeKinds(environment).map(async (kind) => {
      const secret = secretName(environment, kind);
      const found = await describeSecret(environment.account.region, secret, signal);
      if (!found) {
        const remedy = `Type ${forms[kind]} into it, then Ctrl-D: aws secretsmanager create-secret --name ${secret} --tags Key=Environment,Value=${environment.name} --secret-string file:///dev/stdin`;
        return { secret, fault: { message: `There is no secret ${secret}.`, remedy } };
      }
      try {
        checkSecret(environment, found, secret, true);
        return { secret };
      } catch (error) {
        if (!(error instanceof PreflightError)) throw error;
        return { secret, fault: { message: error.message, remedy: error.remedy } };
      }
    }),
  );
}
