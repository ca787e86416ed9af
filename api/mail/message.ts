/** A mail to one address, and what delivers it. */
export interface Message {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The same for each attempt, so that a mailbox which gets it twice shows it once. */
  readonly messageId: string;
}

export interface From {
  readonly name: string;
  readonly address: string;
}

export interface Transport {
  /** In words, for a start-up line or an error. */
  readonly name: string;
  /**
   * @returns what the other side calls it
   * @throws DeliveryError
   */
  send(message: Message, from: From): Promise<string>;
  close(): Promise<void>;
}

/**
 * Why a mail did not go out, and what that means for it: `refused` is for good, `later` has surely not been delivered
 * and can be tried again, `unknown` was handed over and not answered: it may have arrived.
 */
export class DeliveryError extends Error {
  readonly outcome: 'refused' | 'later' | 'unknown';
  constructor(outcome: DeliveryError['outcome'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DeliveryError';
    this.outcome = outcome;
  }
}

/** A header is one line: what would begin another is a space. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\t\0]+/g, ' ').trim();
}
