/** The API and nothing beside it, as a process of its own whose memory is measured; says its port. Bundled as what ships is. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../../api/app.ts';
import { openServer } from '../../../api/database/database.ts';
import { dynamoDbCounter } from '../../../api/limits/dynamodb.ts';
import { rateLimiter } from '../../../api/limits/limiter.ts';
import { s3Store } from '../../../api/media/s3.ts';
import { log } from '../../../api/telemetry/log.ts';

const app = createApp({
  database: await openServer(process.argv[2] ?? ''),
  // Never asked: an export is for staff, whom no limit counts.
  limiter: rateLimiter(dynamoDbCounter('none'), 'bench'),
  geocoder: undefined,
  media: s3Store('bucket', 'https://media.example.org/'),
  log,
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
