/** The alarms of an environment, as its templates have them. */
import type { Environment } from '../../environments/index.ts';
import { readTemplate } from '../../generator/cloudformation/read-yaml.ts';
import { compile, placeholderRelease } from '../../generator/compile.ts';

export interface AlarmInTemplate {
  readonly name: string;
  readonly description: string;
  readonly namespace: string;
  readonly metric: string;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly comparison: 'GreaterThanThreshold' | 'LessThanThreshold';
  readonly threshold: number;
}

export function alarmsIn(environment: Environment): readonly AlarmInTemplate[] {
  return compile(environment, placeholderRelease).flatMap(({ stack, body }) => {
    if (stack !== 'monitoring') return [];
    const resources = Object.values(readTemplate(body).Resources);
    return resources.flatMap(({ Type, Properties = {} }) =>
      Type === 'AWS::CloudWatch::Alarm' ? [read(Properties)] : [],
    );
  });
}

function read(properties: Readonly<Record<string, unknown>>): AlarmInTemplate {
  return {
    name: String(properties.AlarmName),
    description: String(properties.AlarmDescription),
    namespace: String(properties.Namespace),
    metric: String(properties.MetricName),
    statistic: String(properties.ExtendedStatistic ?? properties.Statistic),
    periodSeconds: Number(properties.Period),
    comparison: properties.ComparisonOperator as AlarmInTemplate['comparison'],
    threshold: Number(properties.Threshold),
  };
}
