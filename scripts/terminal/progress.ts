/**
 * Progress of one step: a bar that redraws itself on a terminal, a plain line every few seconds elsewhere, so that a
 * log of CI or Fargate stays readable.
 */
import { dim, duration, wantsColour, width } from './style.ts';

const redrawEveryMs = 80;
const plainLineEveryMs = 5000;

type Stream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

export interface Progress {
  /** Sets how far the step is, in the unit of `total`. `note` replaces the text behind the bar. */
  at(done: number, note?: string): void;
  /** Ends the step with one line that stays. */
  end(line?: string): void;
}

/**
 * Starts the progress of one step.
 * @param total how much there is, or 0 where nobody knows
 */
export function progress(label: string, total: number, stream: Stream = process.stderr): Progress {
  const started = Date.now();
  const live = stream.isTTY === true && process.env.TERM !== 'dumb';
  let lastDrawn = live ? 0 : started;
  let detail = '';

  return {
    at(done, note) {
      if (note !== undefined) detail = note;
      const now = Date.now();
      if (now - lastDrawn < (live ? redrawEveryMs : plainLineEveryMs)) return;
      lastDrawn = now;
      const line = describe(label, done, total, detail, now - started, live ? width(stream) : 0);
      stream.write(live ? `\r\u001b[2K${line}` : `${line}\n`);
    },
    end(line) {
      if (live) stream.write('\r\u001b[2K');
      if (line !== undefined) {
        const time = dim(duration(Date.now() - started), wantsColour(stream) ? { isTTY: true } : { isTTY: false });
        stream.write(`${line}  ${time}\n`);
      }
    },
  };
}

function describe(label: string, done: number, total: number, note: string, elapsed: number, columns: number): string {
  if (total <= 0) return `${label}  ${note}`.trimEnd();
  const share = Math.min(1, done / total);
  const left = share > 0.02 && share < 1 ? `, ${duration((elapsed / share) * (1 - share))} left` : '';
  const tail = `${String(Math.round(share * 100)).padStart(3)} %${note ? `  ${note}` : ''}${left}`;
  const room = columns - label.length - tail.length - 6;
  if (room < 8) return `${label}  ${tail}`.slice(0, columns > 0 ? columns - 1 : undefined);
  const filled = Math.round(share * Math.min(room, 30));
  return `${label}  ${'█'.repeat(filled)}${'░'.repeat(Math.min(room, 30) - filled)}  ${tail}`;
}
