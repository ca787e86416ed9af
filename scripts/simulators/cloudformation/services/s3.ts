/** S3, by path: PutObject, GetObject, HeadObject, DeleteObject, ListObjectsV2. A bucket is there while a stack has it. */
import { createHash } from 'node:crypto';
import { page } from '../page.ts';
import type { Account, Resource } from '../state.ts';
import { find } from './functions.ts';
import { type ServiceAnswer, type ServiceRequest, segments } from './service.ts';

export function s3Action({ method, url }: ServiceRequest): string {
  const [, key = ''] = segments(url);
  const actions: Readonly<Record<string, string>> = {
    PUT: 'PutObject',
    GET: 'GetObject',
    HEAD: 'GetObject',
    DELETE: 'DeleteObject',
  };
  return key === '' ? 'ListBucket' : (actions[method] ?? 'NotSimulated');
}

export function s3(account: Account, request: ServiceRequest): ServiceAnswer {
  const [bucket = '', ...rest] = segments(request.url);
  const key = rest.join('/');
  if (!hasBucket(account, bucket)) return s3Fault(404, 'NoSuchBucket', 'The specified bucket does not exist');
  const objects = objectsIn(account, bucket);
  const { method, headers, body, url } = request;
  if (key === '' && method === 'GET') return list(account, bucket, objects, url.searchParams);
  if (key !== '' && method === 'PUT') {
    if (headers['if-none-match'] === '*' && objects.has(key)) {
      return s3Fault(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold');
    }
    objects.set(key, { body, modified: account.clock.now() });
    return { status: 200, headers: { etag: etag(body) } };
  }
  if (key !== '' && (method === 'GET' || method === 'HEAD')) {
    const found = objects.get(key);
    if (!found) return s3Fault(404, 'NoSuchKey', 'The specified key does not exist.');
    return { status: 200, headers: { etag: etag(found.body) }, ...(method === 'GET' && { body: found.body }) };
  }
  if (key !== '' && method === 'DELETE') {
    objects.delete(key);
    return { status: 204 };
  }
  return s3Fault(501, 'NotImplemented', `This simulator does not simulate ${method} ${url.pathname}.`);
}

/** What a TemplateURL names. @returns the reason where there is nothing */
export function objectAt(account: Account, address: string): { readonly body: string } | { readonly missing: string } {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const host = /^(?:([a-z0-9.-]+)\.)?s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com$/.exec(url?.host ?? '');
  if (!url || !host || url.protocol !== 'https:') {
    return { missing: 'TemplateURL must be a supported URL.' };
  }
  const path = segments(url);
  const [bucket = '', ...key] = host[1] === undefined ? path : [host[1], ...path];
  if (!hasBucket(account, bucket)) return { missing: 'S3 error: The specified bucket does not exist' };
  const found = objectsIn(account, bucket).get(key.join('/'));
  return found ? { body: found.body.toString() } : { missing: 'S3 error: The specified key does not exist.' };
}

function objectsIn({ objects }: Account, bucket: string) {
  const own = objects.get(bucket) ?? new Map();
  objects.set(bucket, own);
  return own;
}

function hasBucket(account: Account, name: string): boolean {
  const isIt = ({ type, physicalId }: Resource) => type === 'AWS::S3::Bucket' && physicalId === name;
  return find(account, isIt) !== undefined || account.orphans.some(isIt);
}

function list(
  account: Account,
  bucket: string,
  objects: ReadonlyMap<string, { readonly body: Buffer; readonly modified: Date }>,
  query: URLSearchParams,
): ServiceAnswer {
  const prefix = query.get('prefix') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const after = query.get('start-after');
  const wanted = after === null ? keys : keys.filter((key) => key > after);
  const { items, NextToken } = page(account, wanted, query.get('continuation-token') ?? undefined, (key) => key);
  const contents = items.map((key) => {
    const { body, modified } = objects.get(key) ?? { body: Buffer.alloc(0), modified: account.clock.now() };
    return `<Contents><Key>${escaped(key)}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>${escaped(etag(body))}</ETag><Size>${body.length}</Size></Contents>`;
  });
  const next = NextToken === undefined ? '' : `<NextContinuationToken>${NextToken}</NextContinuationToken>`;
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${escaped(prefix)}</Prefix><KeyCount>${items.length}</KeyCount><IsTruncated>${NextToken !== undefined}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
  };
}

const etag = (body: Buffer) => `"${createHash('md5').update(body).digest('hex')}"`;
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export function s3Fault(status: number, code: string, message: string): ServiceAnswer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`,
  };
}
