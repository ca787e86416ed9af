/** Imports of Census boundaries: a cluster, and for each environment the task that fills its database. */
import { join, ref } from '../cloudformation/expression.ts';
import { defineStack } from '../cloudformation/stack.ts';
import { importName, suffixed } from '../names.ts';
import { importCluster, importExecutionRole, importTask } from '../resources/import-task.ts';
import { logGroup } from '../resources/log-group.ts';
import { databaseLogin } from './database-login.ts';
import { network } from './network.ts';

export const geodataImport = defineStack({
  name: 'geodata-import',
  scope: 'tier',
  description: 'Coalition Builder: imports of Census boundaries into the databases of a tier',
  build(template, { tier, release }) {
    const logs = logGroup(template, 'LogGroup', `/ecs/${suffixed(importName, tier.name)}`, tier);
    const cluster = importCluster(template, tier);
    const executionRole = importExecutionRole(template, tier, logs);
    const tasks = tier.environments.map((environment) => [
      `${environment}TaskDefinitionArn`,
      ref(
        importTask(template, {
          tier,
          release,
          environment,
          logs,
          executionRole,
          secret: databaseLogin({ name: environment, tier }),
        }),
      ),
    ]);
    return {
      clusterName: ref(cluster),
      logGroupName: ref(logs),
      // Handed on, so that whoever starts a task asks one stack. Without a VPC of ours it runs in the account's own.
      ...(tier.network.vpc && {
        subnetIds: join(',', network.output('publicSubnetIds')),
        securityGroupId: network.output('importSecurityGroupId'),
      }),
      ...Object.fromEntries(tasks),
    };
  },
});
