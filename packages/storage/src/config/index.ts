export { type ReadCertificates, readCertificates } from './certificate.ts';
export {
  BUNDLE_KEY,
  CERTIFICATE_FIELDS,
  type CertificateField,
  certificateFormOf,
  isCertificateField,
} from './certificate-fields.ts';
export { chooseEntry, isProblem } from './choose.ts';
export { ENTRY_TYPES, entryTypeFrom } from './entry-type.ts';
export { environmentOf } from './environment.ts';
export * from './model.ts';
export { applyParameters, parameterProblems } from './parameters.ts';
export { entryFrom, type ParseOptions, parseStorageConfig } from './parse.ts';
