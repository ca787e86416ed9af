/** STS: GetCallerIdentity, which is asked by form and answered in XML. */
import type { Account } from '../state.ts';
import type { ServiceAnswer, ServiceRequest } from './service.ts';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

export const stsAction = ({ body }: ServiceRequest): string =>
  new URLSearchParams(body.toString()).get('Action') ?? 'NotSimulated';

export function sts({ id }: Account, request: ServiceRequest, requestId: string): ServiceAnswer {
  if (stsAction(request) !== 'GetCallerIdentity') {
    return stsFault(400, 'NotSimulated', 'This simulator says who asks, and nothing else of STS.', requestId);
  }
  const [, user = ''] = /Credential=([^/,\s]+)/.exec(request.headers.authorization ?? '') ?? [];
  return {
    status: 200,
    body: `<GetCallerIdentityResponse xmlns="${namespace}"><GetCallerIdentityResult><Arn>arn:aws:iam::${id}:user/${user}</Arn><UserId>${user}</UserId><Account>${id}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
  };
}

export function stsFault(status: number, code: string, message: string, requestId: string): ServiceAnswer {
  return {
    status,
    body: `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}
