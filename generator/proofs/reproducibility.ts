/** The same source gives the same bytes, and the committed ones are those: what was reviewed is what is deployed. */
import { type Claim, claim, type Finding, type Proof } from './proof.ts';

type Bodies = ReadonlyMap<string, string>;

/** @param generated what the generator wrote, each time that it was asked */
export function reproducibility(committed: Bodies, generated: readonly Bodies[]): Proof {
  const paths = [...new Set([committed, ...generated].flatMap((bodies) => [...bodies.keys()]))].sort();
  return {
    name: 'Reproducibility',
    claims: [sameBytes(committed, generated, paths), nothingOfTheMoment(committed, paths)],
  };
}

function sameBytes(committed: Bodies, generated: readonly Bodies[], paths: readonly string[]): Claim {
  return claim(
    'account',
    'the committed templates are what the generator writes, each time',
    `${paths.length} templates, written ${generated.length} times`,
    paths.map((path): Finding | false => {
      const texts = new Set([committed, ...generated].map((bodies) => bodies.get(path)));
      return (
        texts.size > 1 && { where: path, what: committed.has(path) ? 'is not what the generator writes' : 'is missing' }
      );
    }),
  );
}

/** A time, or the path of somebody's machine, would make every commit change what it did not touch. */
function nothingOfTheMoment(committed: Bodies, paths: readonly string[]): Claim {
  const traces = /\d{4}-\d\d-\d\dT\d\d:\d\d|(?<![\w/.-])\/(home|Users|root|tmp)\//;
  return claim(
    'account',
    'nothing in them depends on when or where they were written',
    'no time of day, no path of a machine',
    paths.map((path): Finding | false => {
      const [found] = traces.exec(committed.get(path) ?? '') ?? [];
      return found !== undefined && { where: path, what: `holds "${found}"` };
    }),
  );
}
