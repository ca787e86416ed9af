/** What a destruction would do and has done, for whoever has to type the name of it. Pure. */
import { type ExitCode, exitCode } from '../../terminal/exit-codes.ts';
import { bold, columns, dim, red, yellow } from '../../terminal/style.ts';
import type { Destroyed, Doomed } from './destroy.ts';
import type { Remaining } from './remains.ts';

export function doomedLines(doomed: readonly Doomed[]): string {
  const stacks = doomed.map(({ compiled, status, going }) => [
    `  ${bold(compiled.stack)}`,
    red(`${going} ${going === 1 ? 'resource goes' : 'resources go'}`),
    dim(`${compiled.stackName}  ${status}`),
  ]);
  const remaining = doomed.flatMap((each) => each.remaining);
  const resistance = doomed.flatMap((each) => each.resistance);
  return [
    columns(stacks),
    ...(remaining.length > 0 ? ['  What stays:', remainingLines(remaining)] : ['  Nothing of it stays.']),
    ...resistance.map((line) => `  ${yellow('!')} ${line}`),
  ].join('\n');
}

export const remainingLines = (remaining: readonly Remaining[]): string =>
  columns(remaining.map(({ logicalId, type, physicalId, how }) => [`    ${logicalId}`, type, physicalId, how]));

/** Something is gone for good as soon as a deletion has begun: that is partly done, whatever comes next. */
export function codeOf(destroyed: readonly Destroyed[]): ExitCode {
  const failed = destroyed.filter(({ outcome }) => outcome !== 'deleted');
  if (failed.length === 0) return exitCode.done;
  const begun = destroyed.some(({ outcome, exitCode: code }) => outcome === 'deleted' || code === exitCode.needsHuman);
  return begun
    ? exitCode.partlyDone
    : (failed.find(({ outcome }) => outcome === 'failed')?.exitCode ?? exitCode.failed);
}
