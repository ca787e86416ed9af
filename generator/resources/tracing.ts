/** Which requests X-Ray follows, and the group in which those that went wrong are found. */
import type { Environment } from '../../environments/index.ts';
import { aws, type Expression, sub } from '../cloudformation/expression.ts';
import type { Template } from '../cloudformation/template.ts';
import { functionName } from '../names.ts';

export function tracing(template: Template, { name }: Environment, restApiId: Expression): void {
  template.add('SamplingRule', {
    Type: 'AWS::XRay::SamplingRule',
    Properties: {
      SamplingRule: {
        RuleName: functionName(name),
        Version: 1,
        Priority: 1000,
        // One a second, and 5 % of the others.
        ReservoirSize: 1,
        FixedRate: 0.05,
        // Decided where a request comes in, which is the API's stage.
        ResourceARN: sub`arn:${aws.partition}:apigateway:${aws.region}::/restapis/${restApiId}/stages/${name}`,
        ServiceName: '*',
        ServiceType: '*',
        Host: '*',
        HTTPMethod: '*',
        URLPath: '*',
      },
    },
  });
  template.add('TraceGroup', {
    Type: 'AWS::XRay::Group',
    Properties: {
      GroupName: functionName(name),
      FilterExpression: `service("${functionName(name)}") AND (fault = true OR error = true OR responsetime > 5)`,
      InsightsConfiguration: { InsightsEnabled: false, NotificationsEnabled: false },
    },
  });
}
