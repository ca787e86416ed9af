/**
 * Lets API Gateway write logs. A region has one such setting, whoever declares it, so that it belongs to the account:
 * of two stacks with it, the one that is deleted switches the other's logs off.
 */
import { aws, getAtt, sub } from '../cloudformation/expression.ts';
import type { Template } from '../cloudformation/template.ts';
import { allowService, document } from './policy.ts';

export function apiGatewayAccount(template: Template): void {
  const role = template.add('ApiGatewayRole', {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: document([allowService('apigateway.amazonaws.com', ['sts:AssumeRole'])]),
      ManagedPolicyArns: [sub`arn:${aws.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`],
    },
  });
  template.add('ApiGatewayAccount', {
    Type: 'AWS::ApiGateway::Account',
    Properties: { CloudWatchRoleArn: getAtt(role, 'Arn') },
  });
}
