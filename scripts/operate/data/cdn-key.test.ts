import assert from 'node:assert/strict';
import { type CloudFront, connectCloudFront } from '../../aws/cloudfront.ts';
import { find, type Moto, startMoto } from '../../testing/moto.ts';
import { sendKey } from './cdn-key.ts';

describe("rotate-secret: CloudFront's key (CloudFront emulated by moto)", function () {
  this.timeout(40_000);
  let moto: Moto;
  let cloudFront: CloudFront;
  before(async function () {
    const command = find('moto_server');
    // No moto_server on this machine: .ci/requirements.txt has it.
    if (!command) return this.skip();
    moto = await startMoto(command);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    cloudFront = await connectCloudFront({ region: 'us-east-1', endpoint: moto.url, credentials });
  });
  after(async () => {
    cloudFront?.destroy();
    await moto?.[Symbol.asyncDispose]();
  });

  async function distribution(headers: readonly { HeaderName: string; HeaderValue: string }[]): Promise<string> {
    const { Distribution } = await cloudFront.createDistribution({
      DistributionConfig: {
        CallerReference: crypto.randomUUID(),
        Comment: '',
        Enabled: true,
        DefaultCacheBehavior: {
          TargetOriginId: 'api',
          ViewerProtocolPolicy: 'redirect-to-https',
          CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        },
        Origins: {
          Quantity: 1,
          Items: [
            {
              Id: 'api',
              DomainName: 'abc.execute-api.us-east-1.amazonaws.com',
              CustomHeaders: { Quantity: headers.length, Items: [...headers] },
              CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 443, OriginProtocolPolicy: 'https-only' },
            },
          ],
        },
      },
    });
    return Distribution?.Id ?? '';
  }
  const headersOf = async (Id: string) =>
    (await cloudFront.getDistributionConfig({ Id })).DistributionConfig?.Origins?.Items?.[0]?.CustomHeaders?.Items;

  it('is sent from then on, beside what else is sent', async () => {
    const id = await distribution([
      { HeaderName: 'X-Cdn-Key', HeaderValue: 'old' },
      { HeaderName: 'X-Other', HeaderValue: 'other' },
    ]);
    await sendKey(cloudFront, id, 'new');
    assert.deepEqual(await headersOf(id), [
      { HeaderName: 'X-Cdn-Key', HeaderValue: 'new' },
      { HeaderName: 'X-Other', HeaderValue: 'other' },
    ]);
  });

  it('is put nowhere that does not send one', async () => {
    const id = await distribution([{ HeaderName: 'X-Other', HeaderValue: 'other' }]);
    await assert.rejects(sendKey(cloudFront, id, 'new'), /distribution \w+ does not send X-Cdn-Key/);
  });
});
