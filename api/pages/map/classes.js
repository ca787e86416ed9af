/**
 * Numbers in classes, as a choropleth shows them: each class about as many districts, so that a few great numbers do not
 * leave all others pale.
 *
 * @typedef {{ from: number, to: number }} NumberClass whole numbers, both included
 */

/** More shades than this cannot be told apart on a map. */
export const mostClasses = 5;

/**
 * @param {number[]} numbers above 0
 * @returns {NumberClass[]} without a gap between them, from the smallest number to the largest
 */
export function classesOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const distinct = [...new Set(sorted)];
  const count = Math.min(mostClasses, distinct.length);
  // Where a class ends: at the number that its share of the districts is below. The same number is never in two.
  const ends = Array.from({ length: count }, (_, index) => {
    const share = sorted[Math.ceil(((index + 1) * sorted.length) / count) - 1] ?? 0;
    return Math.max(share, distinct[index] ?? 0);
  });
  const last = Math.max(...ends);
  return [...new Set(ends)]
    .filter((end) => end <= last)
    .map((to, index, all) => ({ from: (all[index - 1] ?? (distinct[0] ?? 1) - 1) + 1, to }));
}

/**
 * @param {NumberClass[]} classes
 * @param {number} number
 * @returns {number} its index
 */
export function classAt(classes, number) {
  return classes.findIndex(({ from, to }) => number >= from && number <= to);
}
