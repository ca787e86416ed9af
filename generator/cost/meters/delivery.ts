/** What stands between the public and the functions: API Gateway and CloudFront. */

import { environmentUse, type Meter, million, thousand } from '../meter.ts';
import type { EnvironmentUse } from '../workload.ts';

const stage: Meter = ({ stack, properties }, use) => {
  const { requests } = environmentUse(use, stack.owner);
  return [
    { price: 'apigateway.request', quantity: requests / million, what: 'requests' },
    ...(properties.CacheClusterEnabled === true
      ? [
          {
            price: `apigateway.cache.${properties.CacheClusterSize}`,
            quantity: use.workload.hoursPerMonth,
            what: `a cache of ${properties.CacheClusterSize} GB`,
          },
        ]
      : []),
  ];
};

const kilobytesPerGB = 1024 * 1024;

const distribution: Meter = ({ stack }, use) => {
  const used: EnvironmentUse = environmentUse(use, stack.owner);
  const gigabytes = (used.requests * used.responseKB + used.files * used.fileKB) / kilobytesPerGB;
  return [
    { price: 'cloudfront.request', quantity: (used.requests + used.files) / (10 * thousand), what: 'requests' },
    { price: 'cloudfront.out', quantity: gigabytes, what: 'to visitors' },
  ];
};

/** It runs for each file of a bucket. */
const viewerFunction: Meter = ({ stack }, use) => [
  { price: 'cloudfront.function', quantity: environmentUse(use, stack.owner).files / million, what: 'files' },
];

export const delivery: Readonly<Record<string, Meter>> = {
  'AWS::ApiGateway::Stage': stage,
  'AWS::CloudFront::Distribution': distribution,
  'AWS::CloudFront::Function': viewerFunction,
};
