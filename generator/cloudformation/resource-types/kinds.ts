/** What an attribute stands for. */
export type Text = string;
export type List = readonly string[];
/** Of a type that has no attributes. */
export type None = Record<never, Text>;
