import { Type } from 'typebox';
import { condition, int64 } from '../schema/fields.ts';
import { keyedBy } from './fields.ts';

/** What the status of every kind of this group begins with. */
export const commonStatusFields = {
  observedGeneration: Type.Optional(int64({ description: 'metadata.generation that this status speaks of.' })),
};

/** @param types which conditions there are, in words */
export const conditions = (types: string) =>
  Type.Optional(Type.Array(condition(), { ...keyedBy('type'), description: types }));
