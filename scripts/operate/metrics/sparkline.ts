/** Values as a line of small bars, one character each. */

const bars = '▁▂▃▄▅▆▇█';
/** Nothing was measured: not the same as nothing. */
const gap = '·';

/** @param values undefined where nothing was measured; the highest is a whole bar, and zero is the lowest */
export function sparkline(values: readonly (number | undefined)[]): string {
  const highest = Math.max(0, ...values.filter((value) => value !== undefined));
  return values
    .map((value) => {
      if (value === undefined) return gap;
      if (highest === 0 || value <= 0) return bars[0];
      // Whatever is there is seen beside what is not.
      return bars[Math.max(1, Math.round((value / highest) * (bars.length - 1)))];
    })
    .join('');
}

/** As many values as there are marks: each the one that `join` makes of those that it stands for, or the one it is part of. */
export function fitted(
  values: readonly (number | undefined)[],
  marks: number,
  join: (one: number, other: number) => number,
): readonly (number | undefined)[] {
  const share = values.length / marks;
  return Array.from({ length: marks }, (_, mark) => {
    const first = Math.floor(mark * share);
    const part = values.slice(first, Math.max(first + 1, Math.floor((mark + 1) * share)));
    const measured = part.filter((value) => value !== undefined);
    return measured.length === 0 ? undefined : measured.reduce((one, other) => join(one, other));
  });
}
