/** What signs links and sessions on this machine. It is kept, so that a link in yesterday's mail still works. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function keptSecret(folder: string): Promise<string> {
  const file = join(folder, 'secret');
  await mkdir(folder, { recursive: true });
  // Two who start at once agree: only one of them makes the file.
  await writeFile(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const secret = (await readFile(file, 'utf8')).trim();
  if (secret.length < 32)
    throw Object.assign(new Error(`${file} holds no secret.`), { remedy: 'Delete it and start again.' });
  return secret;
}
