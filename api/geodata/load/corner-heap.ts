/** Corners ordered by weight, the lightest first; a weight may change while its corner is in there. */
export class CornerHeap {
  /** Corners in heap order, and where each corner stands in it (-1: not there). */
  readonly #corners: Int32Array;
  readonly #places: Int32Array;
  readonly #weights: Float64Array;
  #size = 0;

  /** @param weights by corner; `update()` says that one has changed */
  constructor(weights: Float64Array) {
    this.#weights = weights;
    this.#corners = new Int32Array(weights.length);
    this.#places = new Int32Array(weights.length).fill(-1);
  }

  push(corner: number): void {
    this.#put(corner, this.#size++);
    this.#rise(corner);
  }

  /** @returns the lightest, which is then gone, or -1 */
  pop(): number {
    if (this.#size === 0) return -1;
    const lightest = this.#corners[0] as number;
    const last = this.#corners[--this.#size] as number;
    if (this.#size > 0) {
      this.#put(last, 0);
      this.#sink(last);
    }
    this.#places[lightest] = -1;
    return lightest;
  }

  update(corner: number): void {
    this.#rise(corner);
    this.#sink(corner);
  }

  #rise(corner: number): void {
    let place = this.#places[corner] as number;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const other = this.#corners[above] as number;
      if (!this.#isLighter(corner, other)) break;
      this.#put(other, place);
      place = above;
    }
    this.#put(corner, place);
  }

  #sink(corner: number): void {
    let place = this.#places[corner] as number;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#size) break;
      if (
        below + 1 < this.#size &&
        this.#isLighter(this.#corners[below + 1] as number, this.#corners[below] as number)
      ) {
        below++;
      }
      const other = this.#corners[below] as number;
      if (!this.#isLighter(other, corner)) break;
      this.#put(other, place);
      place = below;
    }
    this.#put(corner, place);
  }

  /** Of two that weigh the same, the one that comes first along the border: so the result is always the same. */
  #isLighter(a: number, b: number): boolean {
    const difference = (this.#weights[a] as number) - (this.#weights[b] as number);
    return difference < 0 || (difference === 0 && a < b);
  }

  #put(corner: number, place: number): void {
    this.#corners[place] = corner;
    this.#places[corner] = place;
  }
}
