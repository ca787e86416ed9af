/** What a line of our logs is: every writer of one has a shape of its own, and all are told apart here. */

export type Entry =
  | {
      readonly kind: 'request';
      readonly route: string;
      readonly status: number;
      readonly milliseconds: number;
      readonly requestId: string;
    }
  | {
      readonly kind: 'message';
      readonly level: Level;
      readonly message: string;
      readonly fields: Fields;
      readonly stack?: string;
    }
  | { readonly kind: 'metric'; readonly values: Fields }
  | {
      readonly kind: 'platform';
      readonly type: string;
      readonly requestId: string;
      readonly fields: Fields;
      readonly isFault: boolean;
    }
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'access'; readonly access: Access }
  | { readonly kind: 'text'; readonly text: string };

export type Level = 'debug' | 'info' | 'warn' | 'error';
type Fields = Readonly<Record<string, unknown>>;

/** The end of an invocation, as Lambda tells it; times in milliseconds, memory in MB. */
export interface Report {
  readonly requestId: string;
  /** `success`, `error`, `failure`, `timeout`. */
  readonly status: string;
  readonly duration: number;
  readonly billed: number;
  readonly memory: number;
  readonly memoryUsed: number;
  /** Where an instance was started for it: a cold start. */
  readonly init?: number;
  readonly error?: string;
}

/** A line of `accessLog` in `generator/resources/rest-api.ts`; a dash is what API Gateway does not know. */
export interface Access {
  readonly requestId: string;
  readonly method: string;
  readonly status: number;
  readonly latency: number;
  /** What of it was the function. */
  readonly integration?: number;
  readonly sourceIp: string;
  readonly error?: string;
}

/** @param message as CloudWatch keeps it: JSON on one line, or anything at all */
export function entryOf(message: string): Entry {
  const text: Entry = { kind: 'text', text: message };
  if (!message.startsWith('{')) return text;
  let line: unknown;
  try {
    line = JSON.parse(message);
  } catch {
    return text;
  }
  const fields = line as Fields;
  if (typeof fields.type === 'string' && fields.type.startsWith('platform.')) return platform(fields);
  if ('_aws' in fields) return embedded(fields);
  if ('latencyMs' in fields && 'status' in fields) return { kind: 'access', access: accessOf(fields) };
  if (typeof fields.message === 'string' || 'errorMessage' in fields) return messageOf(fields);
  return text;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html */
function platform({ type, record }: Fields): Entry {
  const fields = (typeof record === 'object' && record !== null ? record : {}) as Fields;
  const requestId = string(fields.requestId);
  const status = string(fields.status);
  if (type !== 'platform.report') {
    const { requestId: _, tracing, spans, ...rest } = fields;
    const isFault = /fault|logsDropped/.test(String(type)) || !['', 'success'].includes(status);
    return { kind: 'platform', type: String(type).replace('platform.', ''), requestId, fields: rest, isFault };
  }
  const metrics = (fields.metrics ?? {}) as Fields;
  const init = optional(metrics.initDurationMs);
  const error = string(fields.errorType);
  return {
    kind: 'report',
    report: {
      requestId,
      status,
      duration: number(metrics.durationMs),
      billed: number(metrics.billedDurationMs),
      memory: number(metrics.memorySizeMB),
      memoryUsed: number(metrics.maxMemoryUsedMB),
      // Lambda leaves it out where nothing was started.
      ...(init !== undefined && init > 0 && { init }),
      ...(error !== '' && { error }),
    },
  };
}

/** `api/telemetry/metrics.ts`: a request, or what is counted besides. */
function embedded({ _aws, environment, ...fields }: Fields): Entry {
  if (!('route' in fields && 'Latency' in fields)) return { kind: 'metric', values: fields };
  const { route, status, Latency, requestId } = fields;
  return {
    kind: 'request',
    route: string(route),
    status: number(status),
    milliseconds: number(Latency),
    requestId: string(requestId),
  };
}

/** `api/telemetry/log.ts`, and what Lambda's own runtime says of an error that nobody caught. */
function messageOf({ level, message, timestamp, ...fields }: Fields): Entry {
  const { errorType, errorMessage, stackTrace, ...rest } = fields;
  const own = rest.error as { readonly name?: string; readonly message?: string; readonly stack?: string } | undefined;
  const stack = Array.isArray(stackTrace) ? stackTrace.join('\n') : own?.stack;
  const described = own?.message === undefined ? rest : { ...rest, error: `${own.name ?? 'Error'}: ${own.message}` };
  return {
    kind: 'message',
    level: levelOf(level, errorMessage !== undefined),
    message: [message, errorType, errorMessage].filter((part) => typeof part === 'string').join(' '),
    fields: described,
    ...(typeof stack === 'string' && { stack }),
  };
}

function levelOf(level: unknown, isError: boolean): Level {
  const word = string(level).toLowerCase();
  if (word === 'fatal') return 'error';
  return (['debug', 'info', 'warn', 'error'] as const).find((known) => known === word) ?? (isError ? 'error' : 'info');
}

function accessOf(fields: Fields): Access {
  const integration = optional(fields.integrationLatencyMs);
  const error = string(fields.error);
  return {
    requestId: string(fields.requestId),
    method: string(fields.method),
    status: number(fields.status),
    latency: number(fields.latencyMs),
    sourceIp: string(fields.sourceIp),
    ...(integration !== undefined && { integration }),
    ...(error !== '' && error !== '-' && { error }),
  };
}

/** Whether somebody who looks for what went wrong wants to see it. */
export function isError(entry: Entry): boolean {
  switch (entry.kind) {
    case 'request':
      return entry.status >= 500;
    case 'access':
      return entry.access.status >= 500;
    case 'message':
      return entry.level === 'error';
    case 'platform':
      return entry.isFault;
    case 'report':
      return !['', 'success'].includes(entry.report.status);
    case 'metric':
      return 'Uncounted' in entry.values;
    case 'text':
      // Bare text is the importer's, PostgreSQL's, and the runtime's where it cannot do otherwise.
      return /✗|error|exception|timed out|killed|\b(fatal|panic):|\bat .+:\d+:\d+/i.test(entry.text);
  }
}

const string = (value: unknown): string => (typeof value === 'string' ? value : '');
const optional = (value: unknown): number | undefined =>
  value === undefined || value === '-' || value === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
const number = (value: unknown): number => optional(value) ?? 0;
