/**
 * Signs what is sent to another program, as https://www.standardwebhooks.com/ has it, so that its libraries can check
 * it: an HMAC over the id, the time and the body. A receiver refuses what is older than a few minutes.
 */
import { createHmac } from 'node:crypto';

/** @returns what the receiver is given once; made from our key, so that the database holds nothing that signs */
export function webhookSecret(secret: string, id: number, salt: string): string {
  return `whsec_${createHmac('sha256', secret).update(`webhook:${id}:${salt}`).digest('base64')}`;
}

/** @param timestamp epoch seconds */
export function signature(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}
