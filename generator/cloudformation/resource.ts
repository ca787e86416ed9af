/**
 * A resource as its author writes it: CloudFormation's own shape and names, checked by the compiler.
 *
 * The properties come from cloudform-types. Its intrinsic class is exchanged for ours, and its envelope for one that
 * asks every type that holds data what becomes of it.
 */
import type { IntrinsicFunction } from 'cloudform-types/types/dataTypes.js';
import type { Expression } from './expression.ts';
import type { ResourceTypes } from './resource-types.ts';
import type { Template } from './template.ts';

export type ResourceType = keyof ResourceTypes;
export type Attributes<T extends ResourceType> = ResourceTypes[T]['attributes'];

/** A resource that has been added to a template. */
export interface Resource<T extends ResourceType = ResourceType> {
  /** The logical id, unique in its template. */
  readonly id: string;
  readonly type: T;
  readonly declaration: Written;
  readonly template: Template;
}

/** A declaration of whichever type, for what treats all alike. */
export interface Written {
  readonly DependsOn?: readonly Resource[];
  readonly Ignore?: Readonly<Record<string, string>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Properties?: object;
}

export type Declaration<T extends ResourceType> = {
  readonly Type: T;
  readonly DependsOn?: readonly Resource[];
  /** Checks of cfn-lint and Checkov that are wrong here, each with the reason. They become the resource's Metadata. */
  readonly Ignore?: Readonly<Record<string, string>>;
} & Policies<T> &
  PropertiesOf<Properties<T>>;

export type Properties<T extends ResourceType> = Translated<ResourceTypes[T]['properties']>;

type PropertiesOf<P> = unknown extends P
  ? unknown
  : Record<never, never> extends P
    ? { readonly Properties?: P }
    : { readonly Properties: P };

/** For a type that holds data (`keeps` lists what it allows) both policies have to be said; for others neither. */
type Policies<T extends ResourceType> = ResourceTypes[T] extends { keeps: infer Policy }
  ? {
      readonly DeletionPolicy: Policy;
      // CloudFormation knows RetainExceptOnCreate for deletion only.
      readonly UpdateReplacePolicy: Policy extends 'RetainExceptOnCreate' ? 'Retain' : Policy;
    }
  : unknown;

/** cloudform-types' properties with our expressions where it has its own class. */
type Translated<T> = 0 extends 1 & T
  ? Json
  : T extends IntrinsicFunction
    ? never
    : T extends readonly (infer Item)[]
      ? readonly Value<Item>[]
      : T extends object
        ? { readonly [Key in keyof T]: Value<T[Key]> }
        : T;

/** Where cloudform-types allows its intrinsic, ours stands for a list or for a text, whichever is wanted there. */
type Value<T> =
  | Translated<T>
  | (0 extends 1 & T
      ? never
      : [Extract<T, IntrinsicFunction>] extends [never]
        ? never
        : [Extract<T, readonly unknown[]>] extends [never]
          ? Expression
          : Expression<readonly string[]>);

/** Where CloudFormation takes any JSON: policies, parameter groups. */
export type Json =
  | string
  | number
  | boolean
  | Expression
  | Expression<readonly string[]>
  | readonly Json[]
  | { readonly [key: string]: Json };
