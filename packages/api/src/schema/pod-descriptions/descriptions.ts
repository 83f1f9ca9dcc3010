/**
 * Texts by definition (`Container`) and field (`image`): what the field is for, its unit, and what an absent one means, in a line.
 * `kubectl explain` shows them. A definition that takes in the fields of another (a Volume those of its sources) has all of them here.
 */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;
