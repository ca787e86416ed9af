/**
 * What there is once in an account, and has to be there before anything is deployed: whom to trust, with how much, where
 * images and records are kept. A person deploys it, with rights that no workflow has.
 */
import type { Environment } from '../../environments/index.ts';
import { type Expression, getAtt, ref } from '../cloudformation/expression.ts';
import { defineStack } from '../cloudformation/stack.ts';
import { executionRoleOutput } from '../names.ts';
import { apiGatewayAccount } from '../resources/api-gateway-account.ts';
import { permissionsBoundary } from '../resources/boundary.ts';
import { deployPolicy, deployRole } from '../resources/deploy-role.ts';
import { deploymentsBucket } from '../resources/deployments-bucket.ts';
import { namelessPolicy } from '../resources/execution-policy.ts';
import { executionRole } from '../resources/execution-role.ts';
import type { HostRecord } from '../resources/execution-statements.ts';
import { githubIdentityProvider } from '../resources/github-role.ts';
import { imageRepository } from '../resources/image-repository.ts';
import { previewRole } from '../resources/preview-role.ts';

export const bootstrap = defineStack({
  name: 'bootstrap',
  scope: 'account',
  description: 'Coalition Builder: what comes first',
  build(template, { account, tiers, environments }) {
    const repositories = (['lambda', 'importer'] as const).map((image) => imageRepository(template, image, account));
    const deployments = deploymentsBucket(template);
    apiGatewayAccount(template);

    const github = githubIdentityProvider(template);
    const preview = previewRole(template, github, account, deployments);
    const common = deployPolicy(template, repositories, deployments);
    const nameless = namelessPolicy(template);
    const executionRoles: Record<string, Expression> = {};
    for (const tier of tiers) {
      const boundary = permissionsBoundary(template, tier);
      const records = recordsOf(tier.environments.map((name) => environments[name]));
      const execution = executionRole(template, tier, { boundary, nameless, records });
      executionRoles[executionRoleOutput(tier.name)] = getAtt(execution, 'Arn');
      for (const environment of tier.environments) {
        deployRole(template, github, { account, tier, environment, execution, common });
      }
    }

    return { deploymentsBucketName: ref(deployments), previewRoleArn: getAtt(preview, 'Arn'), ...executionRoles };
  },
});

/** The host names whose records are in a zone of ours. */
function recordsOf(environments: readonly Environment[]): readonly HostRecord[] {
  return environments
    .flatMap(({ api, cdn }) => [api.domain, cdn.domain])
    .flatMap((domain) => (domain?.hostedZoneId ? [{ name: domain.name, hostedZoneId: domain.hostedZoneId }] : []));
}
