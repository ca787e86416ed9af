/** What cannot be generated, said so that a person can put it right. What environments may say is refused there. */
export class GenerationError extends Error {
  readonly exitCode = 2;
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'GenerationError';
    this.remedy = remedy;
  }
}
