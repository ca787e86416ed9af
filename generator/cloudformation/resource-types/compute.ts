/** What runs code, and what sets it going. */
import type { Value } from 'cloudform-types/types/dataTypes.js';
import type { RepositoryProperties } from 'cloudform-types/types/ecr/repository.js';
import type { ClusterProperties } from 'cloudform-types/types/ecs/cluster.js';
import type { TaskDefinitionProperties } from 'cloudform-types/types/ecs/taskDefinition.js';
import type { RuleProperties } from 'cloudform-types/types/events/rule.js';
import type { AliasProperties } from 'cloudform-types/types/lambda/alias.js';
import type { FunctionProperties } from 'cloudform-types/types/lambda/function.js';
import type { PermissionProperties } from 'cloudform-types/types/lambda/permission.js';
import type { VersionProperties } from 'cloudform-types/types/lambda/version.js';
import type { ScheduleProperties } from 'cloudform-types/types/scheduler/schedule.js';
import type { Text } from './kinds.ts';

export interface ComputeTypes {
  'AWS::ECR::Repository': {
    properties: RepositoryProperties;
    attributes: { Arn: Text; RepositoryUri: Text };
    keeps: 'Retain' | 'RetainExceptOnCreate';
  };
  'AWS::ECS::Cluster': { properties: ClusterProperties; attributes: { Arn: Text } };
  'AWS::ECS::TaskDefinition': { properties: TaskDefinitionProperties; attributes: { TaskDefinitionArn: Text } };
  'AWS::Events::Rule': { properties: RuleProperties; attributes: { Arn: Text } };
  'AWS::Lambda::Alias': { properties: AliasProperties; attributes: { AliasArn: Text } };
  'AWS::Lambda::Function': { properties: FunctionProperties; attributes: { Arn: Text } };
  'AWS::Lambda::Permission': { properties: PermissionProperties; attributes: { Id: Text } };
  'AWS::Lambda::Version': {
    properties: VersionProperties;
    attributes: { FunctionArn: Text; Version: Text };
    keeps: 'Retain' | 'RetainExceptOnCreate';
  };
  'AWS::Scheduler::Schedule': { properties: ScheduleProperties; attributes: { Arn: Text } };
}

/** Properties that AWS added after cloudform-types 7.5. */
declare module 'cloudform-types/types/lambda/function.js' {
  interface FunctionProperties {
    LoggingConfig?: LoggingConfig;
    RecursiveLoop?: 'Allow' | 'Terminate';
  }
  interface LoggingConfig {
    LogFormat: 'JSON' | 'Text';
    /** A group by its name, or a reference to one. */
    LogGroup?: Value<string>;
    ApplicationLogLevel?: 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';
    SystemLogLevel?: 'DEBUG' | 'INFO' | 'WARN';
  }
}
