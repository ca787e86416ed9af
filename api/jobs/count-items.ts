/**
 * The number of items in the rate-limit table, as a metric: DynamoDB has none, it answers on request only (and counts
 * every six hours or so). One line in the Embedded Metric Format, which CloudWatch reads from the log.
 */
import { describedItemCount } from '../limits/item-count.ts';
import { type JobSettings, SettingsError } from '../settings.ts';

export interface Counted {
  readonly table: string;
  readonly items: number;
}

/** @param write one line, without its end */
export async function countItems(
  { ENVIRONMENT, RATE_LIMIT_TABLE }: Pick<JobSettings, 'ENVIRONMENT' | 'RATE_LIMIT_TABLE'>,
  count: (table: string) => Promise<number> = describedItemCount,
  write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Promise<Counted> {
  if (!RATE_LIMIT_TABLE) throw new SettingsError(['The variable RATE_LIMIT_TABLE is not set.']);
  const items = await count(RATE_LIMIT_TABLE);
  write(
    JSON.stringify({
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [
          {
            // Where generator/resources/log-metrics.ts has an environment's other numbers, and its dashboard looks.
            Namespace: `coalition-builder/${ENVIRONMENT}`,
            Dimensions: [[]],
            Metrics: [{ Name: 'RateLimitItems', Unit: 'Count' }],
          },
        ],
      },
      RateLimitItems: items,
    }),
  );
  return { table: RATE_LIMIT_TABLE, items };
}
