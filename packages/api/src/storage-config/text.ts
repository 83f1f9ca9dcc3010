import { Type } from 'typebox';

/** A field that may be left out. Every value is a text, numbers and booleans too: upstream reads maps of texts. */
export const text = (description: string) => Type.Optional(Type.String({ description }));
