/** Concurrency groups: one at a time; who waits is cancelled by the next one, unless the group keeps a queue. */
export interface Ticket {
  /** Resolves when it is its turn: `true`, or `false` where somebody newer has taken its place. */
  readonly turn: Promise<boolean>;
  leave(): void;
}

interface Waiting {
  readonly decide: (goes: boolean) => void;
}

export class Queues {
  readonly #groups = new Map<string, { running: boolean; cancel: () => void; waiting: Waiting[] }>();

  enter(group: string, options: { queue?: string | undefined; cancelInProgress: boolean; cancel: () => void }): Ticket {
    const key = group.toLowerCase();
    const state = this.#groups.get(key) ?? { running: false, cancel: () => {}, waiting: [] };
    this.#groups.set(key, state);
    const start = () => {
      state.running = true;
      state.cancel = options.cancel;
    };
    const leave = () => {
      state.running = false;
      state.waiting.shift()?.decide(true);
    };
    if (!state.running) {
      start();
      return { turn: Promise.resolve(true), leave };
    }
    if (options.cancelInProgress) state.cancel();
    if (options.queue !== 'max') for (const older of state.waiting.splice(0)) older.decide(false);
    let mine = true;
    const turn = new Promise<boolean>((decide) => {
      state.waiting.push({
        decide: (goes) => {
          mine = goes;
          if (goes) start();
          decide(goes);
        },
      });
    });
    return { turn, leave: () => mine && leave() };
  }
}
