/** ECR: DescribeImages. A repository is there while a stack has it; `storing` says which images it has. */
import type { Account } from '../state.ts';
import { find } from './functions.ts';
import { jsonAction, jsonAnswer, jsonFault, jsonInput } from './json.ts';
import type { ServiceAnswer, ServiceRequest } from './service.ts';

interface ImageId {
  readonly imageDigest?: string;
  readonly imageTag?: string;
}

export function ecr(account: Account, request: ServiceRequest): ServiceAnswer {
  const { repositoryName, imageIds } = jsonInput(request) as {
    readonly repositoryName?: string;
    readonly imageIds?: readonly ImageId[];
  };
  const ids = imageIds ?? [];
  if (jsonAction(request) !== 'DescribeImages' || ids.some(({ imageDigest }) => imageDigest === undefined)) {
    return jsonFault('NotSimulated', 'This simulator describes images of ECR by their digests, and nothing else.');
  }
  const registry = `in the registry with id '${account.id}'`;
  const name = String(repositoryName);
  if (!find(account, ({ type, physicalId }) => type === 'AWS::ECR::Repository' && physicalId === name)) {
    return jsonFault('RepositoryNotFoundException', `The repository with name '${name}' does not exist ${registry}`);
  }
  const missing = ids.find(({ imageDigest = '' }) => !account.storing({ repository: name, digest: imageDigest }));
  if (missing) {
    return jsonFault(
      'ImageNotFoundException',
      `The image with imageId {imageDigest:'${missing.imageDigest}', imageTag:'null'} does not exist within the repository with name '${name}' ${registry}`,
    );
  }
  const imageDetails = ids.map(({ imageDigest }) => ({
    registryId: account.id,
    repositoryName: name,
    imageDigest,
    imageSizeInBytes: 80_000_000,
  }));
  return jsonAnswer({ imageDetails });
}
