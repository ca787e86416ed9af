/** CloudWatch: DescribeAlarms. An alarm is there while a stack has it; `alarming` says which have gone off. */
import { page } from '../page.ts';
import type { Account, Resource } from '../state.ts';
import { actual } from './functions.ts';
import { jsonAction, jsonAnswer, jsonFault, jsonInput } from './json.ts';
import type { ServiceAnswer, ServiceRequest } from './service.ts';

export function cloudWatch(account: Account, request: ServiceRequest): ServiceAnswer {
  if (jsonAction(request) !== 'DescribeAlarms') {
    return jsonFault('NotSimulated', `This simulator does not simulate ${jsonAction(request)} of CloudWatch.`);
  }
  const { AlarmNames, AlarmNamePrefix, StateValue, NextToken } = jsonInput(request) as {
    readonly AlarmNames?: readonly string[];
    readonly AlarmNamePrefix?: string;
    readonly StateValue?: string;
    readonly NextToken?: string;
  };
  const alarms = account.stacks
    .filter(({ deletedAt }) => !deletedAt)
    .flatMap(({ resources }) => [...resources.values()])
    .filter(({ type, live }) => type === 'AWS::CloudWatch::Alarm' && live !== null)
    .map((resource) => described(account, resource))
    .filter(({ AlarmName: name, StateValue: state }) => {
      const isNamed = AlarmNames?.includes(name) ?? name.startsWith(AlarmNamePrefix ?? '');
      return isNamed && (StateValue === undefined || state === StateValue);
    });
  const { items, ...next } = page(account, alarms, NextToken, ({ AlarmName }) => AlarmName);
  return jsonAnswer({ MetricAlarms: items, CompositeAlarms: [], ...next });
}

function described(account: Account, resource: Resource) {
  const { physicalId, updatedAt } = resource;
  const { AlarmDescription } = actual(resource);
  const reason = account.alarming(physicalId);
  return {
    AlarmName: physicalId,
    AlarmArn: `arn:aws:cloudwatch:${account.region}:${account.id}:alarm:${physicalId}`,
    ...(typeof AlarmDescription === 'string' && { AlarmDescription }),
    StateValue: reason === undefined ? 'OK' : 'ALARM',
    StateReason: reason ?? 'Simulated: nothing is measured.',
    // Of the JSON protocol: seconds.
    StateUpdatedTimestamp: updatedAt.getTime() / 1000,
  };
}
