/** Who may do what. */
import type { ManagedPolicyProperties } from 'cloudform-types/types/iam/managedPolicy.js';
import type { OIDCProviderProperties } from 'cloudform-types/types/iam/oidcProvider.js';
import type { RoleProperties } from 'cloudform-types/types/iam/role.js';
import type { Text } from './kinds.ts';

export interface IdentityTypes {
  'AWS::IAM::ManagedPolicy': { properties: ManagedPolicyProperties; attributes: { PolicyArn: Text } };
  'AWS::IAM::OIDCProvider': {
    // AWS asks for no thumbprints any more; cloudform-types 7.5 still does.
    properties: Omit<OIDCProviderProperties, 'ThumbprintList'>;
    attributes: { Arn: Text };
  };
  'AWS::IAM::Role': { properties: RoleProperties; attributes: { Arn: Text; RoleId: Text } };
}
