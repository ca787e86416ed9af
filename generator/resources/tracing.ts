/** Which requests X-Ray follows, and the group in which those that went wrong are found. */
import type { Environment } from '../../environments/index.ts';
import { aws, type Expression, sub } from '../cloudformation/expression.ts';
import type { Template } from '../cloudformation/template.ts';
import { functionName } from '../names.ts';

interface Sampling {
  readonly suffix: string;
  /** Of the rules that fit a request the lowest decides. */
  readonly priority: number;
  /** How many a second are followed in any case. */
  readonly reservoir: number;
  /** Which share of the others. */
  readonly rate: number;
  readonly path: string;
}

const samplings: Readonly<Record<string, Sampling>> = {
  SamplingRule: { suffix: '', priority: 1000, reservoir: 1, rate: 0.05, path: '*' },
  // A trace has the whole address in it, and these let in whoever has them.
  OwnLinkSamplingRule: { suffix: '-own', priority: 900, reservoir: 0, rate: 0, path: '*/endorsements/own/*' },
  VerifyLinkSamplingRule: { suffix: '-verify', priority: 901, reservoir: 0, rate: 0, path: '*/endorsements/verify/*' },
};

export function tracing(template: Template, { name }: Environment, restApiId: Expression): void {
  for (const [id, { suffix, priority, reservoir, rate, path }] of Object.entries(samplings)) {
    template.add(id, {
      Type: 'AWS::XRay::SamplingRule',
      Properties: {
        SamplingRule: {
          RuleName: `${functionName(name)}${suffix}`,
          Version: 1,
          Priority: priority,
          ReservoirSize: reservoir,
          FixedRate: rate,
          // Decided where a request comes in, which is the API's stage.
          ResourceARN: sub`arn:${aws.partition}:apigateway:${aws.region}::/restapis/${restApiId}/stages/${name}`,
          ServiceName: '*',
          ServiceType: '*',
          Host: '*',
          HTTPMethod: '*',
          URLPath: path,
        },
      },
    });
  }
  template.add('TraceGroup', {
    Type: 'AWS::XRay::Group',
    Properties: {
      GroupName: functionName(name),
      FilterExpression: `service("${functionName(name)}") AND (fault = true OR error = true OR responsetime > 5)`,
      InsightsConfiguration: { InsightsEnabled: false, NotificationsEnabled: false },
    },
  });
}
