/**
 * One line for each request, which CloudWatch also reads as metrics (Embedded Metric Format): nothing is sent, so
 * nothing can fail or wait. Three metrics and one dimension, because each combination is paid for.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type Koa from 'koa';
import type { Log } from './log.ts';

export const metricNamespace = 'CoalitionBuilder';

/** @param write one line, without its end */
export function metrics(environment: string, write: (line: string) => void): Koa.Middleware {
  // What is the same in each line is written once.
  const described = JSON.stringify([
    {
      Namespace: metricNamespace,
      Dimensions: [['environment']],
      Metrics: [
        { Name: 'Latency', Unit: 'Milliseconds' },
        { Name: 'Faults', Unit: 'Count' },
        { Name: 'Throttled', Unit: 'Count' },
      ],
    },
  ]);
  const always = `"CloudWatchMetrics":${described}},"environment":${JSON.stringify(environment)}`;
  return async (ctx, next) => {
    const started = performance.now();
    try {
      await next();
    } finally {
      const { status, state } = ctx;
      const latency = Math.round((performance.now() - started) * 100) / 100;
      // Never the path itself: it may hold a token. A route and an id hold nothing that JSON would escape.
      write(
        `{"_aws":{"Timestamp":${Date.now()},${always},"Latency":${latency},"Faults":${status >= 500 ? 1 : 0},` +
          `"Throttled":${status === 429 ? 1 : 0},"route":"${state.route ?? 'none'}","status":${status},` +
          `"requestId":"${state.requestId}"}`,
      );
    }
  };
}

/**
 * Tells of requests that nobody counted. A metric of its own line: it exists, and costs, only while the store is away.
 * @param write one line, without its end
 * @returns what a rate limiter calls
 */
export function uncountedRequests(environment: string, log: Log, write: (line: string) => void) {
  return (action: string, error: unknown): void => {
    log('error', 'A request was not counted.', { action, error });
    write(
      JSON.stringify({
        _aws: {
          Timestamp: Date.now(),
          CloudWatchMetrics: [
            {
              Namespace: metricNamespace,
              Dimensions: [['environment']],
              Metrics: [{ Name: 'Uncounted', Unit: 'Count' }],
            },
          ],
        },
        environment,
        Uncounted: 1,
        action,
      }),
    );
  };
}
