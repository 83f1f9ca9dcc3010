export { lostInConversionAnnotation } from './annotation.ts';
export { ConversionError, convertObject } from './convert-object.ts';
