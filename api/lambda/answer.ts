/** What API Gateway takes as an answer: it turns anything else into a 502 that says nothing. */
import { randomUUID } from 'node:crypto';

/** As serverless-http returns it. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Lambda takes 6 MiB and a little more, in JSON. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestAnswer = 6 * 1024 * 1024;

/** Whether a body is bytes and no text, so that it has to be sent as base64. */
export function isBinary(headers: Readonly<Record<string, unknown>>): boolean {
  const type = String(headers['content-type'] ?? '');
  const encoding = headers['content-encoding'];
  return Boolean(encoding && encoding !== 'identity') || (type !== '' && !isText.test(type));
}

const isText = /^(text\/|application\/(json|xml|javascript|yaml)|[\w.-]+\/[\w.-]+\+(json|xml))|charset=utf-8/i;

const ofOneHop = ['connection', 'keep-alive', 'transfer-encoding'];

/** One name, one place: the gateway would send a header twice that stands in both. And nothing that is of one hop only. */
export function settled(answer: Answer): Answer {
  const { headers, multiValueHeaders } = answer;
  // Taken out where they are, for few answers have any: nobody else has these headers, and a copy takes its time.
  for (const name of ofOneHop) if (name in headers) delete headers[name];
  for (const name in multiValueHeaders) if (name in headers) delete headers[name];
  if (answer.body.length < largestAnswer / 2 || Buffer.byteLength(JSON.stringify(answer)) <= largestAnswer)
    return answer;
  return problem(
    500,
    'Answer too large',
    'The answer has more than 6 MB, which Lambda does not hand on. Ask for less at once: with limit=, or with Accept-Encoding: gzip.',
    String(headers['x-request-id'] ?? randomUUID()),
  );
}

/** A problem document (RFC 9457) where there is no application that could write it. */
export function problem(status: number, title: string, detail: string, requestId: string): Answer {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': requestId,
      ...(status === 503 ? { 'retry-after': '5' } : {}),
    },
    multiValueHeaders: {},
    body: JSON.stringify({ type: 'about:blank', title, status, detail, request_id: requestId }),
    isBase64Encoded: false,
  };
}
