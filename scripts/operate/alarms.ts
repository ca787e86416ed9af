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
  /** Those that a template can name; what another stack hands on is not among them. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** How many periods in a row have to be beyond it. */
  readonly periods: number;
  /** What silence means. */
  readonly missing: 'notBreaching' | 'breaching' | 'missing';
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
    dimensions: Object.fromEntries(
      (properties.Dimensions as readonly { readonly Name: string; readonly Value: unknown }[]).flatMap(
        ({ Name, Value }) => (typeof Value === 'string' ? [[Name, Value]] : []),
      ),
    ),
    periods: Number(properties.EvaluationPeriods),
    missing: properties.TreatMissingData as AlarmInTemplate['missing'],
  };
}
