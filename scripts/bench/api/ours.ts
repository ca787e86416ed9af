/** Our API with everything on, as a process of its own; says its port. */
import { createWriteStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import RedisMock from 'ioredis-mock';
import { createApp } from '../../../api/app.ts';
import { openServer } from '../../../api/database/database.ts';
import { rateLimiter } from '../../../api/limits/limiter.ts';
import { redisCounter } from '../../../api/limits/redis.ts';
import { s3Store } from '../../../api/media/s3.ts';
import { log } from '../../../api/telemetry/log.ts';
import { metrics } from '../../../api/telemetry/metrics.ts';

const database = await openServer(process.argv[2] ?? '', { connections: 8 });
const nowhere = createWriteStream('/dev/null');
const app = createApp({
  database,
  limiter: rateLimiter(redisCounter(new RedisMock()), 'local'),
  geocoder: undefined,
  media: s3Store('bucket', 'https://media.example.org/'),
  log,
  metrics: metrics('local', (line) => nowhere.write(`${line}\n`)),
  siteUrl: 'https://www.example.org',
  origins: ['https://www.example.org'],
  secret: async () => 'of this benchmark',
  secureCookies: true,
  release: 'bench',
  publicUrl: 'https://api.example.org',
  reviewers: [],
  outboxFilled: () => {},
  trustedProxyHops: 1,
});
const server = createServer(app.callback()).listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
