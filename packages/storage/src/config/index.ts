export { type ReadCertificates, readCertificates } from './certificate.ts';
export { BUNDLE_KEY, CERTIFICATE_FIELDS, type CertificateField, isCertificateField } from './certificate-fields.ts';
export { chooseEntry, isProblem } from './choose.ts';
export { ENTRY_TYPES, entryTypeFrom } from './entry-type.ts';
export * from './model.ts';
export { applyParameters } from './parameters.ts';
export { parseStorageConfig } from './parse.ts';
