export { caConfigMapName } from './ca-config-map-name.ts';
export { type ReadCertificates, readCertificates } from './certificate.ts';
export {
  BUNDLE_KEY,
  CERTIFICATE_FIELDS,
  type CertificateField,
  isCertificateField,
} from './certificate-fields.ts';
export { certificateFormOf } from './certificate-form.ts';
export { TEXT_FIELDS } from './check-fields.ts';
export { chooseEntry, isProblem } from './choose.ts';
export { ENTRY_TYPES, entryTypeFrom } from './entry-type.ts';
export { environmentOf } from './environment.ts';
export { type JsonMembers, openJsonMembers } from './json-members.ts';
export {
  type Migration,
  type MigrationChange,
  type MigrationOptions,
  type MigrationRefusal,
  type MigrationRemark,
  planMigration,
} from './migrate.ts';
export * from './model.ts';
export { applyParameters, parameterProblems } from './parameters.ts';
export { entryFrom, type ParseOptions, parseStorageConfig } from './parse.ts';
