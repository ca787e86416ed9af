/** Takes exact runs of bytes from a stream of chunks, holding one chunk at a time. */
import { count, FormatError, type Place } from './fault.ts';

export class ByteReader {
  /** Bytes taken so far. */
  position = 0;
  readonly #source: AsyncIterator<Buffer>;
  readonly #place: Place;
  #chunk: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>, place: Place) {
    this.#source = source[Symbol.asyncIterator]();
    this.#place = place;
  }

  /**
   * The next `length` bytes: a view into the current chunk where it holds them all, else a copy.
   * @param what names the run in the error of a stream that ends too early: `its header`
   */
  async take(length: number, what: string): Promise<Buffer> {
    if (this.#chunk.length < length) this.#chunk = await this.#gather(length, what);
    const taken = this.#chunk.subarray(0, length);
    this.#chunk = this.#chunk.subarray(length);
    this.position += length;
    return taken;
  }

  /** Reads on to the end without keeping anything: only there does a zip member know that its checksum holds. */
  async drain(): Promise<void> {
    this.#chunk = Buffer.alloc(0);
    while (!(await this.#source.next()).done);
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #gather(length: number, what: string): Promise<Buffer> {
    const chunks = this.#chunk.length > 0 ? [this.#chunk] : [];
    let held = this.#chunk.length;
    while (held < length) {
      const next = await this.#source.next();
      if (next.done) {
        throw new FormatError(
          this.#place,
          `it ends within ${what}: ${count(length, 'byte')} expected, ${held.toLocaleString('en-US')} there`,
        );
      }
      chunks.push(next.value);
      held += next.value.length;
    }
    const [first] = chunks;
    return first && chunks.length === 1 ? first : Buffer.concat(chunks, held);
  }
}
