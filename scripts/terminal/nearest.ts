/** What somebody may have meant by a word that is not known. */

/** @returns the known word that begins with it, or is one or two letters away from it */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length < 3) return undefined;
  const continued = known.find((each) => each.startsWith(word));
  if (continued) return continued;
  const [closest] = known
    .map((each) => ({ each, away: distance(word, each) }))
    .filter(({ away }) => away <= Math.min(2, word.length / 3))
    .sort((a, b) => a.away - b.away);
  return closest?.each;
}

/** Levenshtein's: how many letters to add, leave out or change. */
function distance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1];
    for (let column = 1; column <= b.length; column++) {
      const changed = (above[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1);
      current.push(Math.min(changed, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}

/** @returns ` Did you mean "production"?`, or nothing */
export function didYouMean(word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : ` Did you mean "${meant}"?`;
}
