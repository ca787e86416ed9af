/** A host name of our own for the API. Its certificate is made beforehand: waiting for DNS would block a deploy for days. */
import type { Environment } from '../../environments/index.ts';
import { type Expression, getAtt, ref } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';

type Domain = NonNullable<Environment['api']['domain']>;

/** @returns the host that DNS has to point the name to, wherever DNS is */
export function apiDomain(
  template: Template,
  { name, certificateArn, hostedZoneId }: Domain,
  restApiId: Expression,
  stage: Resource<'AWS::ApiGateway::Stage'>,
) {
  const domain = template.add('DomainName', {
    Type: 'AWS::ApiGateway::DomainName',
    Properties: {
      DomainName: name,
      RegionalCertificateArn: certificateArn,
      EndpointConfiguration: { Types: ['REGIONAL'] },
      SecurityPolicy: 'TLS_1_2',
    },
  });
  template.add('BasePathMapping', {
    Type: 'AWS::ApiGateway::BasePathMapping',
    Properties: { DomainName: ref(domain), RestApiId: restApiId, Stage: ref(stage) },
  });
  const target = getAtt(domain, 'RegionalDomainName');
  if (hostedZoneId) aliasRecords(template, name, hostedZoneId, ['A'], target, getAtt(domain, 'RegionalHostedZoneId'));
  return target;
}

export function aliasRecords(
  template: Template,
  name: string,
  hostedZoneId: string,
  types: readonly ('A' | 'AAAA')[],
  target: Expression,
  targetZoneId: Expression | string,
): void {
  for (const type of types) {
    template.add(type === 'A' ? 'Ipv4Record' : 'Ipv6Record', {
      Type: 'AWS::Route53::RecordSet',
      Properties: {
        Name: name,
        Type: type,
        HostedZoneId: hostedZoneId,
        AliasTarget: { DNSName: target, HostedZoneId: targetZoneId, EvaluateTargetHealth: false },
      },
    });
  }
}
