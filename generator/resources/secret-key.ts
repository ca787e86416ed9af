/** What the application signs with. Never rotated by itself: with another key, every link and session out there ends. */
import type { EnvironmentName } from '../../environments/index.ts';
import type { Resource } from '../cloudformation/resource.ts';
import type { Template } from '../cloudformation/template.ts';

export function secretKey(template: Template, environment: EnvironmentName): Resource<'AWS::SecretsManager::Secret'> {
  return template.add('SecretKey', {
    Type: 'AWS::SecretsManager::Secret',
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      Name: `coalition-builder-${environment}-secret-key`,
      Description: `What the application signs with in ${environment}`,
      // Any change here makes a new key.
      GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true },
      Tags: [{ Key: 'Environment', Value: environment }],
    },
  });
}
