/** A command in the file system of an image: as an unprivileged user, with nothing to write to but /tmp. */
import { spawnSync } from 'node:child_process';

export interface Confinement {
  readonly root: string;
  /** Of the host; what the image finds as its /tmp. */
  readonly tmp: string;
  /** Number of the user and of the group. */
  readonly user: number;
}

/**
 * In a mount name space of its own: the root read-only, /tmp beside it, then another root and another user. The network
 * is the host's. Its variables are the image's, PATH included, so that what is of the host is named by its whole path.
 */
export function confined({ root, tmp, user }: Confinement, command: readonly string[]): readonly string[] {
  const script = [
    'set -e',
    '/bin/mount --make-rprivate /',
    '/bin/mount --bind "$1" "$1"',
    '/bin/mount --bind "$2" "$1/tmp"',
    '/bin/mount -o remount,ro,bind "$1"',
    'root=$1 user=$3; shift 3',
    'exec /usr/sbin/chroot --userspec="$user:$user" --groups="" "$root" "$@"',
  ].join('\n');
  const words = [root, tmp, String(user)];
  return ['/usr/bin/unshare', '--mount', '--', '/bin/sh', '-c', script, 'confined', ...words, ...command];
}

/** @returns why this machine cannot do that, undefined where it can */
export function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'only Linux has mount name spaces';
  const { status, error, stderr } = spawnSync('/usr/bin/unshare', ['--mount', '--', 'true'], { encoding: 'utf8' });
  if (status === 0) return undefined;
  return error ? 'there is no unshare command' : `mounts are not allowed here: ${stderr.trim()} (try it as root)`;
}
