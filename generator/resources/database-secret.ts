/**
 * How one environment logs in to its database: `{host, port, dbname, username, password}`. Never rotated by itself.
 *
 * CloudFormation can put a generated password into a JSON text, not into a connection URL, and has no way to make the
 * database or the role: a job does both, from this secret. Any change to `GenerateSecretString` makes a new password.
 */
import type { EnvironmentName } from '../../environments/index.ts';
import { getAtt, sub } from '../cloudformation/expression.ts';
import type { Resource } from '../cloudformation/resource.ts';
import { pascalCase } from '../cloudformation/stack.ts';
import type { Template } from '../cloudformation/template.ts';
import { databaseSecretName } from '../names.ts';
import { accepted } from './accepted.ts';

export function databaseSecret(
  template: Template,
  environment: EnvironmentName,
  instance: Resource<'AWS::RDS::DBInstance'>,
): Resource<'AWS::SecretsManager::Secret'> {
  const host = getAtt(instance, 'Endpoint.Address');
  const port = getAtt(instance, 'Endpoint.Port');
  const name = `coalition_${environment}`;
  return template.add(`${pascalCase(environment)}Secret`, {
    Type: 'AWS::SecretsManager::Secret',
    Ignore: accepted('CKV_AWS_149'),
    // Its database outlives the stack, and is of no use without the password.
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      Name: databaseSecretName(environment),
      Description: `How ${environment} logs in to its database`,
      GenerateSecretString: {
        SecretStringTemplate: sub`{"host":"${host}","port":${port},"dbname":"${name}","username":"${name}"}`,
        GenerateStringKey: 'password',
        PasswordLength: 40,
        // Whoever composes a URL from it has nothing to escape.
        ExcludePunctuation: true,
      },
      Tags: [{ Key: 'Environment', Value: environment }],
    },
  });
}
