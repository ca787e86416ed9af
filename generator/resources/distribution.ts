/**
 * CloudFront before everything: the API by default, and two buckets that nobody else can read. Nothing of the API is
 * cached here; its own ETags do that.
 */
import type { Environment } from '../../environments/index.ts';
import { type Expression, getAtt, type Reference, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { accepted } from './accepted.ts';
import { aliasRecords } from './custom-domain.ts';

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html and its siblings */
const managed = {
  cachingDisabled: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
  cachingOptimized: '658327ea-f89d-4fab-a63d-7e88639e58f6',
  // Not AllViewer: API Gateway answers 403 to a Host that is not its own.
  allViewerExceptHost: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
  // Fonts and pictures may be drawn by every page. Said here, because what is cached knows of no Origin: a rule of the
  // bucket would answer whoever asked first, and everybody after them alike.
  corsAndSecurityHeaders: 'e61eb60c-9c35-4d20-a928-2b84e02af89c',
};
/** `api/limits/cdn.ts` reads it. */
const cdnKeyHeader = 'X-Cdn-Key';
/**
 * CloudFront keeps these for ten seconds whatever the policy of a behaviour and `no-store` say, and knows an answer by
 * its address alone: what failed for one would have failed for all.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html
 */
const forgottenErrors = [500, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 }));
/** The one hosted zone of all distributions. */
const cloudFrontZone = 'Z2FDTNDATAQYW2';

interface Origins {
  /** Host and stage of the API. */
  readonly api: { readonly host: Expression; readonly stage: string };
  /** The secret by which the API knows that a request came through here. */
  readonly key: Reference;
  /** The buckets' regional domain names. */
  readonly assets: Expression;
  readonly media: Expression;
}

export function distribution(
  template: Template,
  { name, cdn: { domain } }: Environment,
  { api, key, assets, media }: Origins,
): Resource<'AWS::CloudFront::Distribution'> {
  const access = template.add('OriginAccessControl', {
    Type: 'AWS::CloudFront::OriginAccessControl',
    Properties: {
      OriginAccessControlConfig: {
        Name: `coalition-builder-${name}`,
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    },
  });
  const folder = template.add('FolderFunction', {
    Type: 'AWS::CloudFront::Function',
    Properties: {
      Name: `coalition-builder-${name}-folder`,
      AutoPublish: true,
      FunctionConfig: { Runtime: 'cloudfront-js-2.0', Comment: 'A folder of the site is the root of its bucket' },
      FunctionCode: withoutFolder,
    },
  });
  const bucketOrigin = (Id: string, DomainName: Expression) => ({
    Id,
    DomainName,
    OriginAccessControlId: getAtt(access, 'Id'),
    // Empty, and there: CloudFront would otherwise take the origin for a web server.
    S3OriginConfig: { OriginAccessIdentity: '' },
  });
  const bucketBehaviour = (PathPattern: string, TargetOriginId: string) => ({
    PathPattern,
    TargetOriginId,
    ViewerProtocolPolicy: 'redirect-to-https',
    AllowedMethods: ['GET', 'HEAD'],
    CachePolicyId: managed.cachingOptimized,
    ResponseHeadersPolicyId: managed.corsAndSecurityHeaders,
    Compress: true,
    FunctionAssociations: [{ EventType: 'viewer-request', FunctionARN: getAtt(folder, 'FunctionARN') }],
  });
  const added = template.add('Distribution', {
    Type: 'AWS::CloudFront::Distribution',
    Ignore: accepted('CKV_AWS_68', 'CKV_AWS_86', 'CKV_AWS_174'),
    Properties: {
      DistributionConfig: {
        Enabled: true,
        Comment: `coalition-builder ${name}`,
        HttpVersion: 'http2and3',
        IPV6Enabled: true,
        PriceClass: 'PriceClass_100',
        ...(domain && { Aliases: [domain.name] }),
        ViewerCertificate: domain
          ? {
              AcmCertificateArn: domain.certificateArn,
              SslSupportMethod: 'sni-only',
              MinimumProtocolVersion: 'TLSv1.2_2021',
            }
          : { CloudFrontDefaultCertificate: true },
        Origins: [
          {
            Id: 'api',
            DomainName: api.host,
            OriginPath: `/${api.stage}`,
            // Whatever a client sends under that name is overwritten. CloudFormation reads the secret as it deploys.
            OriginCustomHeaders: [
              { HeaderName: cdnKeyHeader, HeaderValue: sub`{{resolve:secretsmanager:${key}:SecretString}}` },
            ],
            CustomOriginConfig: {
              OriginProtocolPolicy: 'https-only',
              OriginSSLProtocols: ['TLSv1.2'],
              OriginReadTimeout: 30,
            },
          },
          bucketOrigin('static', assets),
          bucketOrigin('media', media),
        ],
        DefaultCacheBehavior: {
          TargetOriginId: 'api',
          ViewerProtocolPolicy: 'redirect-to-https',
          AllowedMethods: ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'],
          CachePolicyId: managed.cachingDisabled,
          OriginRequestPolicyId: managed.allViewerExceptHost,
          Compress: true,
        },
        CustomErrorResponses: forgottenErrors,
        CacheBehaviors: [bucketBehaviour('/static/*', 'static'), bucketBehaviour('/media/*', 'media')],
      },
    },
  });
  if (domain?.hostedZoneId) {
    aliasRecords(
      template,
      domain.name,
      domain.hostedZoneId,
      ['A', 'AAAA'],
      getAtt(added, 'DomainName'),
      cloudFrontZone,
    );
  }
  return added;
}

/** `/media/images/1.png` is `images/1.png` in the bucket. */
const withoutFolder = `function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace(/^\\/[^/]+/, '');
  return request;
}
`;
