/** Takes exact runs of bytes from a stream of chunks, holding one chunk at a time. */
import { count, FormatError, type Place } from './fault.ts';

export class ByteReader {
  /** Bytes taken so far. */
  position = 0;
  readonly #source: AsyncIterator<Buffer>;
  readonly #place: Place;
  #chunk: Buffer = Buffer.alloc(0);
  #joined: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>, place: Place) {
    this.#source = source[Symbol.asyncIterator]();
    this.#place = place;
  }

  /**
   * The next `length` bytes, to be used before the next call: a view into the current chunk where it holds them all, else
   * a copy, always into the same memory (fresh memory for each doubled the time of a stored .shp of 500 MB).
   * @param what names the run in the error of a stream that ends too early: `its header`
   */
  async take(length: number, what: string): Promise<Buffer> {
    const taken = this.#chunk.length >= length ? this.#cut(length) : await this.#join(length, what);
    this.position += length;
    return taken;
  }

  /** The same where the chunk at hand holds them all, without the wait that costs more than a short record's work. */
  takeAtHand(length: number): Buffer | undefined {
    if (this.#chunk.length < length) return undefined;
    this.position += length;
    return this.#cut(length);
  }

  /** As many runs of `length` bytes as the chunk at hand holds whole, but at least one and at most `most`. */
  async takeRuns(length: number, most: number, what: string): Promise<Buffer> {
    const whole = Math.min(most, Math.floor(this.#chunk.length / length));
    return await this.take(Math.max(1, whole) * length, what);
  }

  /** Reads on to the end without keeping anything: only there does a zip member know that its checksum holds. */
  async drain(): Promise<void> {
    this.#chunk = Buffer.alloc(0);
    while (!(await this.#source.next()).done);
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  #cut(length: number): Buffer {
    const taken = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    return taken;
  }

  async #join(length: number, what: string): Promise<Buffer> {
    if (this.#joined.length < length) this.#joined = Buffer.allocUnsafeSlow(length);
    let held = 0;
    while (held < length) {
      if (this.#chunk.length === 0) {
        const next = await this.#source.next();
        if (next.done) {
          const there = held.toLocaleString('en-US');
          throw new FormatError(
            this.#place,
            `it ends within ${what}: ${count(length, 'byte')} expected, ${there} there`,
          );
        }
        this.#chunk = next.value;
      }
      held += this.#cut(Math.min(length - held, this.#chunk.length)).copy(this.#joined, held);
    }
    return this.#joined.subarray(0, length);
  }
}
