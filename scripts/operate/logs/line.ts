/** One line for each entry of a log. Times are UTC, as in everything else that AWS shows. */
import { bold, cyan, dim, green, printable, red, yellow } from '../../terminal/style.ts';
import type { Entry, Level, Report } from './entry.ts';

export interface Placed {
  /** `api`, `jobs`, `gateway`, …: shown where there are several. */
  readonly source?: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly entry: Entry;
}

/** @param withStack whether what was thrown is followed to where it was */
export function lineOf({ source, at, entry }: Placed, { withStack = false } = {}): string {
  const prefix = `${dim(time(at))}  ${source === undefined ? '' : `${cyan(source.padEnd(8))}  `}`;
  const stack = withStack && entry.kind === 'message' && entry.stack !== undefined ? stackLines(entry.stack) : '';
  return `${prefix}${bodyOf(entry)}${stack}`;
}

function bodyOf(entry: Entry): string {
  switch (entry.kind) {
    case 'request':
      return `${status(entry.status)} ${ms(entry.milliseconds)}  ${one(entry.route)}${id(entry.requestId)}`;
    case 'access': {
      const { access } = entry;
      const inside = access.integration === undefined ? '' : dim(`  (function ${Math.round(access.integration)} ms)`);
      const error = access.error === undefined ? '' : `  ${red(one(access.error))}`;
      return `${status(access.status)} ${ms(access.latency)}  ${one(access.method)}${inside}${error}  ${dim(one(access.sourceIp))}${id(access.requestId)}`;
    }
    case 'message':
      return `${levels[entry.level]}  ${one(entry.message)}${pairs(entry.fields)}`;
    case 'metric':
      return `${dim('metric')}${pairs(entry.values)}`;
    case 'platform':
      return (entry.isFault ? red : dim)(`${one(entry.type)}${pairs(entry.fields)}${id(entry.requestId)}`);
    case 'report':
      return reported(entry.report);
    case 'text':
      return one(entry.text);
  }
}

export function reported({
  requestId,
  status: outcome,
  duration,
  billed,
  memory,
  memoryUsed,
  init,
  error,
}: Report): string {
  const cold = init === undefined ? '' : bold(yellow(`  cold start ${Math.round(init)} ms`));
  const failed = ['', 'success'].includes(outcome) ? '' : `  ${red(one([outcome, error].filter(Boolean).join(' ')))}`;
  return `${dim('done  ')}${ms(duration)}${dim(`, billed ${Math.round(billed)} ms, ${memoryUsed} of ${memory} MB`)}${cold}${failed}${id(requestId)}`;
}

const levels: Readonly<Record<Level, string>> = {
  debug: dim('debug'),
  info: green('info '),
  warn: yellow('warn '),
  error: red('error'),
};

/** `11-25 10:03:22.123` */
const time = (at: number) => new Date(at).toISOString().slice(5, 23).replace('T', ' ');

const ms = (milliseconds: number) =>
  `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`.padStart(8);

function status(code: number): string {
  const text = code === 0 ? '---' : String(code);
  if (code >= 500 || code === 0) return red(text);
  return code >= 400 ? yellow(text) : green(text);
}

const id = (requestId: string) => (requestId === '' ? '' : `  ${dim(one(requestId))}`);

function pairs(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(
      ([name, value]) => `  ${dim(`${one(name)}=`)}${one(typeof value === 'string' ? value : JSON.stringify(value))}`,
    )
    .join('');
}

/** What came from outside, on one line and obeyed by no terminal. */
const one = (text: string) => printable(text.replace(/\s*\n\s*/g, ' ⏎ '));

const stackLines = (stack: string) =>
  stack
    .split('\n')
    .slice(1)
    .map((frame) => `\n    ${dim(printable(frame.trim()))}`)
    .join('');
