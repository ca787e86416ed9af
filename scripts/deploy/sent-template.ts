/**
 * How a template reaches CloudFormation: as it was written where it is short enough, else without what only people need,
 * else by the deployments bucket, under a name that follows from its content.
 */
import { createHash } from 'node:crypto';
import { type ResourceDocument, readTemplate } from '../../generator/cloudformation/read-yaml.ts';
import type { CompiledStack } from '../../generator/compile.ts';
import { exitCode } from '../terminal/exit-codes.ts';
import { deploymentsBucket, noBucket } from './deployments-bucket.ts';
import { DeployError } from './errors.ts';
import type { Session } from './session.ts';

/** What a request may carry, and what a bucket may hold (API reference, CreateChangeSet, TemplateBody, TemplateURL). */
const maximumBytes = { sent: 51_200, stored: 1_000_000 };

export type SentTemplate = { readonly TemplateBody: string } | { readonly TemplateURL: string };

/** @throws DeployError (2) where it is longer than CloudFormation reads, or there is no bucket for it */
export async function sentTemplate(session: Session, compiled: CompiledStack): Promise<SentTemplate> {
  const { body, path } = compiled;
  if (Buffer.byteLength(body) <= maximumBytes.sent) return { TemplateBody: body };
  const { Resources, ...template } = readTemplate(body);
  const minified = JSON.stringify({ ...template, Resources });
  const bytes = Buffer.byteLength(minified);
  if (bytes <= maximumBytes.sent) return { TemplateBody: minified };
  if (bytes > maximumBytes.stored) throw tooLong(path, bytes, Resources);
  const bucket = await deploymentsBucket(session);
  if (bucket === undefined) throw noBucket(`templates/${path} has ${bytes} bytes, more than can be sent`);
  return { TemplateURL: await store(session, bucket, compiled, minified) };
}

async function store(session: Session, Bucket: string, { tags }: CompiledStack, text: string): Promise<string> {
  // Where whoever asks may write: previews of pull requests nowhere that a deploy reads.
  const owner = session.purpose === 'preview' ? 'preview' : (tags.Tier ?? 'account');
  const Key = `templates/${owner}/${createHash('sha256').update(text).digest('hex')}.json`;
  const s3 = await session.s3();
  try {
    await s3.putObject({ Bucket, Key, Body: text, ContentType: 'application/json', IfNoneMatch: '*' });
  } catch (error) {
    // It is there, from another run: the name is the content.
    if (!(error instanceof Error && error.name === 'PreconditionFailed')) throw error;
  }
  return `https://${Bucket}.s3.${session.region}.amazonaws.com/${Key}`;
}

function tooLong(path: string, bytes: number, resources: Readonly<Record<string, ResourceDocument>>): DeployError {
  const sizes = Object.entries(resources)
    .map(([id, resource]) => ({ id, size: Buffer.byteLength(JSON.stringify(resource)) }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 10);
  return new DeployError(
    `templates/${path} has ${bytes} bytes; CloudFormation takes ${maximumBytes.stored} at most. Its largest resources:\n${sizes.map(({ id, size }) => `  ${id}: ${size}`).join('\n')}`,
    'Divide the stack.',
    exitCode.usage,
  );
}
