/**
 * Asks Akismet, where a key is configured. It hears what the form's author sent and from where; without an answer in
 * time the submission is judged without it, and says so.
 * https://akismet.com/developers/detailed-docs/comment-check/
 */
import type { Fetch } from '../../http/fetch-outside.ts';
import type { Submitted } from '../submitted.ts';
import type { Reason } from './score.ts';

export interface Akismet {
  ask(submission: Submitted, from: { readonly ip: string; readonly userAgent: string }): Promise<readonly Reason[]>;
}

const patienceMs = 1_500;

/**
 * @param site address of the site, as registered with Akismet
 * @param endpoint for tests
 * @param send Akismet speaks IPv4 only, so that it may have to be fetched from elsewhere
 */
export function akismet(
  key: () => Promise<string>,
  site: string,
  endpoint = 'https://rest.akismet.com/1.1/comment-check',
  send: Fetch = fetch,
): Akismet {
  return {
    async ask({ stakeholder, statement }, { ip, userAgent }) {
      try {
        const response = await send(endpoint, {
          method: 'POST',
          redirect: 'error',
          signal: AbortSignal.timeout(patienceMs),
          body: new URLSearchParams({
            api_key: await key(),
            blog: site,
            user_ip: ip,
            user_agent: userAgent,
            comment_type: 'contact-form',
            comment_author: `${stakeholder.first_name} ${stakeholder.last_name}`,
            comment_author_email: stakeholder.email,
            comment_content: statement,
          }),
        });
        const answer = (await response.text()).trim();
        if (answer === 'false') return [];
        if (answer !== 'true') return [away];
        const blatant = response.headers.get('x-akismet-pro-tip') === 'discard';
        return [
          blatant
            ? { code: 'akismet', points: 0.8, says: 'Akismet takes it for blatant spam.' }
            : { code: 'akismet', points: 0.5, says: 'Akismet takes it for spam.' },
        ];
      } catch {
        return [away];
      }
    },
  };
}

const away: Reason = { code: 'akismet-away', points: 0, says: 'Akismet did not answer.' };

/**
 * Whether Akismet knows a key, of that site.
 * https://akismet.com/developers/detailed-docs/key-verification/
 */
export async function verifyAkismetKey(
  key: string,
  site: string,
  endpoint = 'https://rest.akismet.com/1.1/verify-key',
  send: Fetch = fetch,
): Promise<boolean> {
  const response = await send(endpoint, {
    method: 'POST',
    redirect: 'error',
    signal: AbortSignal.timeout(5_000),
    body: new URLSearchParams({ api_key: key, key, blog: site }),
  });
  return (await response.text()).trim() === 'valid';
}
