import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { rdsAuthorities } from './rds-certificates.ts';

describe('database: authorities of RDS', () => {
  it('are those of the region of the host, and no others', async () => {
    for (const region of ['us-east-1', 'eu-central-1', 'ap-southeast-2']) {
      const authorities = (await rdsAuthorities(`coalition.c1a2b3.${region}.rds.amazonaws.com`)) ?? [];
      const certificates = authorities.map((pem) => new X509Certificate(pem));
      // RDS signs with RSA2048 G1 unless told otherwise, which is what generator/resources/postgres.ts asks for.
      assert.ok(
        certificates.some(({ subject }) => subject.includes(`Amazon RDS ${region} Root CA RSA2048 G1`)),
        region,
      );
      for (const { subject, validTo, ca } of certificates) {
        assert.ok(subject.includes(region), subject);
        assert.ok(ca && new Date(validTo).getFullYear() > 2040, `${subject} ${validTo}`);
      }
    }
  });

  it('are not asked for anywhere else', async () => {
    for (const host of [
      'localhost',
      '127.0.0.1',
      'db.example.org',
      'rds.amazonaws.com.example.org',
      'us-east-1.rds.amazonaws.com.evil.example',
    ])
      assert.equal(await rdsAuthorities(host), undefined, host);
  });
});
