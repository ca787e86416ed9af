/**
 * From the VPC, AWS is reached over IPv6: services whose ordinary name has no IPv6 address have another that does. To
 * be asked for by each client, because not every service has one. An endpoint of one's own excludes it.
 * https://docs.aws.amazon.com/vpc/latest/userguide/aws-ipv6-support.html
 */
export function dualStack(service: 'GEO_PLACES' | 'LAMBDA' | 'SESV2'): { readonly useDualstackEndpoint?: true } {
  const { AWS_ENDPOINT_URL, [`AWS_ENDPOINT_URL_${service}`]: own } = process.env;
  return AWS_ENDPOINT_URL || own ? {} : { useDualstackEndpoint: true };
}
