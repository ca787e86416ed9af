/**
 * The resource types that templates use, each with its properties (from cloudform-types), the attributes that `getAtt`
 * can read, and, where it holds data, the policies that may be chosen for it. A new type is one entry in one of these.
 */
import type { ComputeTypes } from './resource-types/compute.ts';
import type { DataTypes } from './resource-types/data.ts';
import type { DeliveryTypes } from './resource-types/delivery.ts';
import type { IdentityTypes } from './resource-types/identity.ts';
import type { NetworkTypes } from './resource-types/network.ts';
import type { WatchingTypes } from './resource-types/watching.ts';

export interface ResourceTypes
  extends NetworkTypes,
    DataTypes,
    ComputeTypes,
    DeliveryTypes,
    WatchingTypes,
    IdentityTypes {}
