/** Whether alarms reach a person: SNS writes to nobody who has not said yes, and tells nobody of it. */
import type { Environment } from '../../../environments/index.ts';
import type { MetricAlarm } from '../../aws/cloudwatch.ts';
import { connectSns, type SNS, type Subscription } from '../../aws/sns.ts';
import type { Session } from '../../deploy/session.ts';
import { Absent, Finding, type Found } from './examination.ts';

export async function subscribersOf(
  { region, signal }: Session,
  { name, tier, monitoring: { email } }: Environment,
  alarms: readonly MetricAlarm[],
): Promise<Found<true>> {
  const topics = [...new Set(alarms.flatMap(({ AlarmActions = [] }) => AlarmActions))];
  const sns = await connectSns({ region });
  try {
    const all = (await Promise.all(topics.map((topic) => subscriptionsOf(sns, topic, signal)))).flat();
    const told = all.filter(({ SubscriptionArn = '' }) => SubscriptionArn.startsWith('arn:'));
    if (email === undefined ? told.length > 0 : told.some(({ Endpoint }) => Endpoint === email))
      return { found: told.map(({ Protocol, Endpoint }) => `${Protocol} ${Endpoint}`).join(', '), value: true };
    if (email !== undefined)
      throw new Finding(
        all.some(({ Endpoint }) => Endpoint === email)
          ? `${email} is asked, and has not said yes: no alarm reaches anybody there.`
          : `${email} is not subscribed: SNS forgets whoever does not say yes within two days.`,
        `The mail of AWS Notifications has the link. Another such mail: ${topics.map((topic) => `aws sns subscribe --topic-arn ${topic} --protocol email --notification-endpoint ${email}`).join('\n')}`,
      );
    const nobody = `Alarms tell nobody: environments/${name}.ts has no monitoring.email, and nobody else is subscribed`;
    if (tier.name !== 'production') throw new Absent(nobody);
    throw new Finding(
      `${nobody}.`,
      `Give it one, npm run generate, npm run deploy -- ${name} --stack monitoring; whoever it is says yes once.`,
    );
  } catch (error) {
    if (!(error instanceof Error && error.name === 'NotFoundException')) throw error;
    throw new Finding(
      `Alarms tell a topic that is not there: ${topics.join(', ')}.`,
      `Make it again: npm run deploy -- ${name} --stack monitoring`,
    );
  } finally {
    sns.destroy();
  }
}

async function subscriptionsOf(sns: SNS, TopicArn: string, signal: AbortSignal): Promise<readonly Subscription[]> {
  const found: Subscription[] = [];
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = await sns.listSubscriptionsByTopic(
      { TopicArn, ...(token !== undefined && { NextToken: token }) },
      { abortSignal: signal },
    );
    found.push(...(page.Subscriptions ?? []));
    token = page.NextToken || undefined;
  }
  return found;
}
