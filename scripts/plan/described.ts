/** What is read of CloudFormation's description of a change (API reference, ResourceChange). */
type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

export type DescribedChange = Optional<{ readonly ResourceChange: DescribedResource }>;

export type DescribedResource = Optional<{
  readonly Action: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly Replacement: string;
  readonly PolicyAction: string;
  /** Of a drift-aware change set. */
  readonly ResourceDriftStatus: string;
  readonly BeforeContext: string;
  readonly AfterContext: string;
  readonly Details: readonly DescribedDetail[];
}>;

export type DescribedDetail = Optional<{
  readonly Target: DescribedTarget;
  readonly Evaluation: string;
  readonly ChangeSource: string;
  readonly CausingEntity: string;
}>;

export type DescribedTarget = Optional<{
  readonly Attribute: string;
  readonly Name: string;
  readonly RequiresRecreation: string;
  readonly Path: string;
  readonly BeforeValue: string;
  readonly AfterValue: string;
  readonly AttributeChangeType: string;
  /** What CloudFormation deployed and what is there, where somebody else changed it. */
  readonly Drift: Optional<{ readonly PreviousValue: string; readonly ActualValue: string }>;
}>;

/**
 * A description with property values may leave out whole resources, and says so only in its StatusReason
 * (github.com/aws/aws-cdk-cli/issues/1780); one without them has all, but no values. Both make one that is complete.
 */
export function merged(
  withValues: readonly DescribedChange[],
  without: readonly DescribedChange[],
): readonly DescribedChange[] {
  const found = new Map(withValues.map((change) => [change.ResourceChange?.LogicalResourceId, change]));
  const known = new Set(without.map(({ ResourceChange }) => ResourceChange?.LogicalResourceId));
  const all = without.map((change) => {
    const rich = found.get(change.ResourceChange?.LogicalResourceId)?.ResourceChange;
    if (!rich) return change;
    const had = new Set((rich.Details ?? []).map(keyOf));
    const more = (change.ResourceChange?.Details ?? []).filter((detail) => !had.has(keyOf(detail)));
    return { ResourceChange: { ...change.ResourceChange, ...rich, Details: [...(rich.Details ?? []), ...more] } };
  });
  return [...all, ...withValues.filter(({ ResourceChange }) => !known.has(ResourceChange?.LogicalResourceId))];
}

/** Without values there is no path, so that it is no part of the key. */
const keyOf = ({ Target, ChangeSource, CausingEntity }: DescribedDetail) =>
  [Target?.Attribute, Target?.Name, ChangeSource, CausingEntity].join(' ');
