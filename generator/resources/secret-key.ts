/** Texts that are made up once, and that only those know who may read them. Nothing rotates them. */
import type { EnvironmentName } from '../../environments/index.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';
import { accepted } from './accepted.ts';

type Secret = Resource<'AWS::SecretsManager::Secret'>;

/** What the application signs with. With another one, every link and session out there ends. */
export function secretKey(template: Template, environment: EnvironmentName): Secret {
  return generated(
    template,
    'SecretKey',
    environment,
    'secret-key',
    `What the application signs with in ${environment}`,
  );
}

/**
 * What CloudFront sends along, so that the application believes it who the client is: at the API's own address everybody
 * may claim to be a proxy.
 */
export function cdnKey(template: Template, environment: EnvironmentName): Secret {
  return generated(template, 'CdnKey', environment, 'cdn-key', `How CloudFront proves itself to ${environment}`);
}

function generated(template: Template, id: string, environment: EnvironmentName, name: string, Description: string) {
  return template.add(id, {
    Type: 'AWS::SecretsManager::Secret',
    Ignore: accepted('CKV_AWS_149'),
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      Name: `coalition-builder-${environment}-${name}`,
      Description,
      // Any change here makes a new text.
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
      Tags: [{ Key: 'Environment', Value: environment }],
    },
  });
}
