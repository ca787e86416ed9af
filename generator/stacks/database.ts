/** The PostgreSQL of a tier, and for each of its environments the secret by which that environment logs in. */
import type { EnvironmentName } from '../../environments/index.ts';
import { getAtt, type Reference, ref } from '../cloudformation/expression.ts';
import { defineStack } from '../cloudformation/stack.ts';
import { databaseSecret } from '../resources/database-secret.ts';
import { postgres } from '../resources/postgres.ts';
import { stopHours } from '../resources/stop-hours.ts';
import { network } from './network.ts';

export const database = defineStack({
  name: 'database',
  scope: 'tier',
  description: 'Coalition Builder: PostgreSQL of a tier, with a login secret for each environment',
  build(template, { tier }) {
    const instance = postgres(template, tier, {
      subnetIds: network.output('dataSubnetIds'),
      securityGroupId: network.output('dataSecurityGroupId'),
    });
    stopHours(template, tier, instance);
    const secretArns = tier.environments.map((name) => [
      `${name}SecretArn`,
      ref(databaseSecret(template, name, instance)),
    ]);

    return {
      instanceId: ref(instance),
      endpointAddress: getAtt(instance, 'Endpoint.Address'),
      endpointPort: getAtt(instance, 'Endpoint.Port'),
      masterSecretArn: getAtt(instance, 'MasterUserSecret.SecretArn'),
      ...(Object.fromEntries(secretArns) as { [Name in EnvironmentName as `${Name}SecretArn`]?: Reference }),
    };
  },
});
