/** What services that speak AWS's JSON protocols have in common: the action stands in a header, and errors name their type. */
import type { Tree } from '../template/template.ts';
import type { ServiceAnswer, ServiceRequest } from './service.ts';

/** `AmazonEC2ContainerRegistry_V20150921.DescribeImages` asks for `DescribeImages`. */
export const jsonAction = ({ headers }: ServiceRequest): string =>
  String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1) || 'NotSimulated';

export const jsonInput = ({ body }: ServiceRequest): Tree => (body.length > 0 ? JSON.parse(body.toString()) : {});

export const jsonAnswer = (output: object): ServiceAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(output),
});

export const jsonFault = (type: string, message: string, status = 400): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ __type: type, message }),
});
