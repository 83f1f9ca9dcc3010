export { ConversionError, convertObject } from './convert-object.ts';
export { lostInConversionAnnotation } from './lost-parts.ts';
